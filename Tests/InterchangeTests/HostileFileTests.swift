import Interchange
import Platform
import Testing

/// Files that are made to do harm, each beside the harmless one that it is almost.
@Suite struct HostileFileTests {
    private static let item = Array(Sample.qti3().utf8)

    private static func package(_ extra: [(String, [UInt8])] = []) -> [(String, [UInt8])] {
        [("imsmanifest.xml", Array(Sample.manifest(["item.xml"]).utf8)), ("item.xml", item)] + extra
    }

    @Test(arguments: [
        "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>",
        "<!DOCTYPE a [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>",
        "<!DOCTYPE a SYSTEM \"http://127.0.0.1:9/evil.dtd\">",
        "<!DOCTYPE a [<!ENTITY % p SYSTEM \"file:///etc/passwd\"> %p;]>",
        "<!DOCTYPE a>",
    ])
    func `a document type is refused where it begins`(declaration: String) {
        let text = Sample.qti3(head: declaration)
        let words = Sample.refusal(Array(text.utf8), .qti3, name: "x.xml")
        #expect(words.contains("x.xml:1: declares a document type"), "\(words)")
        #expect(Sample.refusal(Array(Sample.qti3().utf8), .qti3) == "")
        let quiz =
            "<?xml version=\"1.0\"?>\(declaration)<quiz>\(TextFormatTests.moodle(picture: "").split(separator: "<quiz>")[1])"
        #expect(Sample.refusal(Array(quiz.utf8), .moodle).contains("declares a document type"))
    }

    @Test(arguments: [
        ("&evil;", "no well-formed XML"), ("<p>", "no well-formed XML"), ("\u{1}", "no well-formed XML"),
        ("&#0;", "no well-formed XML"),
    ])
    func `XML that is not well-formed is refused with its line`(inside: String, words: String) {
        let refusal = Sample.refusal(Array(Sample.qti3(body: inside).utf8), .qti3, name: "x.xml")
        #expect(refusal.contains(words) && refusal.hasPrefix("x.xml:"), "\(refusal)")
    }

    @Test func `XML that is too deep, too long or has too many elements is refused`() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(
                Sample.qti3(
                    body: String(repeating: "<div>", count: depth) + "x" + String(repeating: "</div>", count: depth)
                ).utf8)
        }
        #expect(Sample.refusal(nested(70), .qti3).contains("64 elements inside each other"))
        #expect(Sample.refusal(nested(50), .qti3) == "")
        #expect(Sample.refusal(nested(100_000), .qti3).contains("inside each other"))
        let long = Array(Sample.qti3(body: String(repeating: "word ", count: 1000)).utf8)
        #expect(Sample.refusal(long, .qti3) { $0.limits.text = 4000 }.contains("4000 bytes of text"))
        #expect(Sample.refusal(long, .qti3) == "")
        #expect(Sample.refusal(Self.item, .qti3) { $0.limits.elements = 5 }.contains("more than 5 elements"))
        #expect(Sample.refusal(Self.item, .qti3) { $0.limits.file = 100 }.contains("at most 100 are read"))
    }

    @Test func `a text that is too long for a question is listed`() throws {
        let text = "\(String(repeating: "long ", count: 30))? {=a ~b}"
        #expect(try Sample.read(text, .gift) { $0.limits.words = 100 }.reasons.first?.contains("at most 100") == true)
        #expect(try Sample.read(text, .gift).imported.count == 1)
        let many = "One. {T}\n\nTwo. {F}\n"
        #expect(try Sample.read(many, .gift) { $0.limits.questions = 1 }.reasons.first?.contains("divide") == true)
    }

    @Test func `only UTF-8 is read`() {
        let utf16: [UInt8] =
            [0xFF, 0xFE]
            + Array(Sample.qti3().utf16).flatMap { (unit: UInt16) -> [UInt8] in [UInt8(unit & 255), UInt8(unit >> 8)] }
        #expect(Sample.refusal(utf16, .qti3).contains("UTF-16"))
        let latin = Array(
            "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><quiz>\u{E9}</quiz>".unicodeScalars.map { UInt8($0.value) })
        #expect(Sample.refusal(latin, .moodle).contains("is not UTF-8"))
        let claimed = Sample.qti3().replacing("encoding=\"UTF-8\"", with: "encoding=\"UTF-7\"")
        #expect(Sample.refusal(Array(claimed.utf8), .qti3).contains("encoded as utf-7"))
        #expect(Sample.refusal([0x41, 0xE9, 0x7B, 0x54, 0x7D], .gift).contains("is not UTF-8"))
        #expect(Sample.refusal([0x41, 0, 0x7B, 0x54, 0x7D], .aiken).contains("bytes of zero"))
        #expect(Sample.refusal([0xEF, 0xBB, 0xBF] + Self.item, .qti3) == "")
    }

    @Test(arguments: ["../evil.xml", "a/../../evil.xml", "/etc/evil.xml", "a\\b.xml", "C:/evil.xml", "./a.xml"])
    func `an archive with a name that leaves it is refused`(name: String) throws {
        let harmless = String(repeating: "n", count: name.utf8.count)
        let bytes = try Zip.bytes(Self.package([(harmless, [1])]))
        #expect(Sample.refusal(bytes, .qti3) == "")
        let words = Sample.refusal(Zip.forged(bytes, harmless, name), .qti3, name: "p.zip")
        #expect(words.contains("its name leaves the archive"), "\(words)")
    }

    @Test func `links, archives inside, encrypted entries and equal names are refused`() throws {
        let extra = Self.package([("link.png", Array("/etc/passwd".utf8))])
        #expect(Sample.refusal(try Zip.bytes(extra), .qti3) == "")
        #expect(Sample.refusal(try Zip.bytes(extra, link: "link.png"), .qti3).contains("symbolic link"))
        let inner = try Zip.bytes([("a", [1])])
        #expect(Sample.refusal(try Zip.bytes(Self.package([("in.zip", inner)])), .qti3).contains("archive inside"))
        let disguised = [("imsmanifest.xml", Array(Sample.manifest(["item.xml"]).utf8)), ("item.xml", inner)]
        #expect(try Sample.read(try Zip.bytes(disguised), .qti3).reasons.first?.contains("archive inside") == true)
        #expect(Sample.refusal(try Zip.bytes(Self.package(), password: "p"), .qti3).contains("encrypted"))
        let twice = try Zip.bytes(Self.package([("aa.png", [1]), ("bb.png", [2])]))
        #expect(Sample.refusal(Zip.forged(twice, "bb.png", "aa.png"), .qti3) != "")
        #expect(Sample.refusal(Zip.forged(twice, "bb.png", "AA.png"), .qti3).contains("stands twice"))
    }

    @Test func `bombs are refused by their stated sizes, each limit by itself`() throws {
        let bomb = try Zip.bytes(Self.package([("big.svg", [UInt8](repeating: 32, count: 1 << 20))]))
        #expect(Sample.refusal(bomb, .qti3).contains("times its size"))
        #expect(Sample.refusal(bomb, .qti3) { $0.limits.ratio = 100_000 } == "")
        #expect(
            Sample.refusal(bomb, .qti3) {
                $0.limits.ratio = 100_000
                $0.limits.entry = 1 << 19
            }.contains("at most \(1 << 19) are read"))
        #expect(
            Sample.refusal(bomb, .qti3) {
                $0.limits.ratio = 100_000
                $0.limits.unpacked = 1 << 20
            }.contains("more than \(1 << 20) bytes"))
        #expect(Sample.refusal(bomb, .qti3) { $0.limits.entries = 2 }.contains("has 3 entries"))
    }

    @Test func `a cut or damaged archive is refused`() throws {
        let bytes = try Zip.bytes(Self.package())
        #expect(Sample.refusal(bytes, .qti3) == "")
        for count in stride(from: 4, to: bytes.count - 1, by: 17) {
            #expect(Sample.refusal(Array(bytes.prefix(count)), .qti3) != "", "cut after \(count) bytes")
        }
        #expect(Sample.refusal(try Zip.bytes([("a.xml", [1])]), .qti3).contains("no imsmanifest.xml"))
    }

    @Test func `a hostile item in a package is listed, and its neighbours are taken`() throws {
        let manifest = Sample.manifest(["item.xml", "bad.xml"])
        let bytes = try Zip.bytes([
            ("imsmanifest.xml", Array(manifest.utf8)), ("item.xml", Self.item),
            ("bad.xml", Array(Sample.qti3(head: "<!DOCTYPE a [<!ENTITY a \"b\">]>").utf8)),
        ])
        let result = try Sample.read(bytes, .qti3)
        #expect(result.imported.count == 1)
        #expect(result.reasons.first?.contains("declares a document type") == true)
    }
}

import Exam
import Interchange
import Platform
import QuestionBank
import Testing
import Workshop

@Suite struct QTITests {
    @Test func `an item of QTI 3 becomes a draft with its identifier, key and explanation`() throws {
        let feedback = """
            <qti-modal-feedback outcome-identifier="F" show-hide="show" identifier="f"><qti-content-body><p>As Article 35 \
            says.</p></qti-content-body></qti-modal-feedback>
            """
        let result = try Sample.read(Sample.qti3(right: ["B"], tail: feedback), .qti3)
        #expect(result.imported == ["SAMPLE-1"] && result.skipped == [] && result.losses == [])
        let item = try #require(result.items().first)
        #expect(item.item.texts["en"]?.stem == "Which way?")
        #expect(item.item.texts["en"]?.options == [1: "Left & ahead", 2: "Right", 3: "Back"])
        #expect(item.item.texts["en"]?.explanation == "As Article 35 says.")
        #expect(item.key == [2] && item.item.kind == .single)
    }

    @Test func `an item of QTI 2 with several right answers is a multi question`() throws {
        let result = try Sample.read(Sample.qti21, .qti21)
        #expect(result.imported == ["LAMP-07"])
        let item = try #require(result.items().first)
        #expect(item.item.kind == .multi && item.key == [1, 3])
        #expect(item.item.texts["en"]?.stem == "Which lamps are on?")
    }

    @Test func `two choices that say true and false are a judge question`() throws {
        let choices = """
            <qti-simple-choice identifier="x">False</qti-simple-choice><qti-simple-choice identifier="y">True</qti-simple-choice>
            """
        let result = try Sample.read(Sample.qti3(right: ["x"], choices: choices), .qti3)
        let item = try #require(result.items().first)
        #expect(item.item.kind == .judge && item.key == [2])
    }

    static let unsuited: [(text: String, reason: String)] = [
        (Sample.qti3(attributes: #"xml:lang="de""#), "is in de, not in en; import it with --language de"),
        (Sample.qti3().replacing(#"adaptive="false""#, with: #"adaptive="true""#), "is adaptive"),
        (
            Sample.qti3(
                declaration: "</qti-response-declaration><qti-template-declaration/><qti-response-declaration>"),
            "template"
        ),
        (Sample.qti3(body: "<qti-text-entry-interaction response-identifier=\"T\"/>"), "has 2 interactions"),
        (Sample.qti3().replacing("qti-choice-interaction", with: "qti-order-interaction"), "<qti-order-interaction>"),
        (Sample.qti3(right: []), "states no right answer"), (Sample.qti3(right: ["Z"]), "none of its choices"),
        (Sample.qti3(right: ["A", "B"]), "takes one answer and names 2"),
        (Sample.qti3(cardinality: "ordered"), "are ordered"),
        (Sample.qti3(body: "<p>x<math xmlns=\"http://www.w3.org/1998/Math/MathML\"/></p>"), "<math>"),
        (Sample.qti3(body: "<img src=\"a.png\"/>"), "a.png is not there"),
        (Sample.qti3(body: "<img src=\"../../etc/passwd\"/>"), "is not there"),
        (Sample.qti3(body: "<img src=\"file:///etc/passwd\"/>"), "on the network"),
        (
            Sample.qti3(
                right: ["A", "B"], cardinality: "multiple",
                processing: #"<qti-response-processing template="x/map_response.xml"/>"#,
                declaration: #"<qti-mapping><qti-map-entry map-key="A" mapped-value="1"/></qti-mapping>"#),
            "points for part of the answer"
        ),
        (Sample.qti3(processing: #"<qti-response-processing template="x/mine.xml"/>"#), "template mine"),
        (
            Sample.qti3(processing: "<qti-response-processing><qti-custom-operator/></qti-response-processing>"),
            "customoperator"
        ),
        (
            Sample.qti3(choices: Sample.qti3Choices + "<qti-simple-choice identifier=\"A\">x</qti-simple-choice>"),
            "two choices have one identifier"
        ),
    ]

    @Test(arguments: unsuited.indices)
    func `an item that we cannot hold is listed with its reason`(row: Int) throws {
        let (text, reason) = Self.unsuited[row]
        let result = try Sample.read(text, .qti3)
        #expect(result.imported.isEmpty && result.skipped.count == 1)
        #expect(result.reasons.first?.contains(reason) == true, "\(result.reasons)")
    }

    @Test func `an item of feedback only, or of the other version, is named as that`() throws {
        let plain = Sample.qti3().replacing("qti-choice-interaction", with: "div").replacing(
            "qti-simple-choice", with: "p")
        #expect(try Sample.read(plain, .qti3).reasons.first?.contains("asks nothing") == true)
        #expect(Sample.refusal(Array(Sample.qti21.utf8), .qti3).contains("--format qti21"))
        #expect(Sample.refusal(Array(Sample.qti3().utf8), .qti21).contains("--format qti3"))
        #expect(Sample.refusal(Array("<questestinterop/>".utf8), .qti21).contains("QTI 1"))
    }

    @Test func `a content package is read with its pictures; what is left is listed`() throws {
        let withPicture = Sample.qti3(body: #"<p>What is it? <img src="../media/My%20sign.svg" alt="A red disc"/></p>"#)
        let manifest = Sample.manifest(["items/one.xml", "items/two.xml", "items/gone.xml"]).replacing(
            "</resources>", with: #"<resource identifier="t" type="imsqti_test_xmlv3p0" href="t.xml"/></resources>"#)
        let bytes = try Zip.bytes([
            ("imsmanifest.xml", Array(manifest.utf8)), ("items/one.xml", Array(withPicture.utf8)),
            ("items/two.xml", Array(Sample.qti3(identifier: "two", right: ["C"]).utf8)),
            ("items/stray.xml", Array(Sample.qti3().utf8)), ("media/My sign.svg", Array(Sample.svg.utf8)),
        ])
        let result = try Sample.read(bytes, .qti3, name: "pack.zip")
        #expect(result.imported == ["SAMPLE-1", "TWO"])
        #expect(result.skipped.map(\.id) == ["r2", "t", "items/stray.xml"])
        #expect(result.files.contains { $0.path == "media/pack/my-sign.svg" && $0.bytes == Array(Sample.svg.utf8) })
        let items = String(decoding: result.files.first { $0.path.hasSuffix(".items") }?.bytes ?? [], as: UTF8.self)
        #expect(items.contains("picture: pack/my-sign.svg\npicture.en: A red disc\n"))
    }

    @Test func `the folder is written whole, is a bank, and is never written over another`() throws {
        let folder = try TestFolder()
        let result = try Sample.read("One? {=a ~b}\n\nTwo. {T}", .gift)
        try result.write(to: "\(folder.path)/new")
        #expect(try listDirectory(folder.path) == ["new"])
        let source = BankSource(folder: "\(folder.path)/new")
        #expect(source.errors == [] && source.items.map(\.key) == [[1], [1]])
        #expect(Set(source.warnings.map(\.rule)).isSuperset(of: [.missingField]))
        #expect(throws: InterchangeRefusal.self) { try result.write(to: "\(folder.path)/new") }
        // A folder that cannot be made leaves nothing.
        try AtomicFile.write("x", to: "\(folder.path)/file")
        #expect(throws: SystemError.self) { try result.write(to: "\(folder.path)/file/new") }
        #expect(try listDirectory(folder.path) == ["file", "new"])
    }

    @Test func `a picture beside an item is found there and nowhere else`() throws {
        let folder = try TestFolder()
        try makeDirectory("\(folder.path)/in/sub")
        try AtomicFile.write("inside", to: "\(folder.path)/in/sub/a.svg")
        try AtomicFile.write("outside", to: "\(folder.path)/b.svg")
        let file = "\(folder.path)/in/item.xml"
        #expect(neighbour(of: file, path: "sub/a.svg", largest: 100) == Array("inside".utf8))
        #expect(neighbour(of: file, path: "sub/a.svg", largest: 5) == nil)
        #expect(neighbour(of: file, path: "../b.svg", largest: 100) == nil)
        #expect(neighbour(of: file, path: "sub", largest: 1 << 20) == nil)
    }
}

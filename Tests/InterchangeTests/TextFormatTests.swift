import Exam
import Interchange
import QuestionBank
import Testing
import Workshop

/// What became of a file, as an author reads it back.
extension QuestionImport {
    func items(_ language: LanguageTag = "en") -> [AuthoredItem] {
        let file = files.first { $0.path.hasSuffix(".items") }
        return AuthoredFile(file?.bytes ?? [], name: "items", languages: [language]).items
    }

    var reasons: [String] { skipped.map(\.reason) }
}

@Suite struct TextFormatTests {
    @Test func `an Aiken file becomes drafts with its keys`() throws {
        let result = try Sample.read(
            "What does red mean?\r\nA. Go\r\nB. Stop\r\nC. Wait\r\nANSWER: B\r\n\r\nThe light is green.\nA) True\nB) False\nANSWER: A\n",
            .aiken, name: "lights.txt")
        #expect(result.imported == ["LIGHTS-001", "LIGHTS-002"])
        #expect(result.skipped == [])
        let items = result.items()
        #expect(items.map(\.state) == [.draft, .draft])
        #expect(items[0].item.texts["en"]?.stem == "What does red mean?")
        #expect(items[0].item.texts["en"]?.options == [1: "Go", 2: "Stop", 3: "Wait"])
        #expect(items[0].key == [2] && items[0].item.kind == .single)
        #expect(items[1].key == [1] && items[1].item.kind == .judge && items[1].item.optionCount == 2)
    }

    @Test(arguments: [
        ("Who?\nA. I\nB. You\nNext\nC. 1\nANSWER: A\n", "neither an answer"),
        ("Who?\nA. I\nB. You\n", "no line \"ANSWER: \""),
        ("Who?\nA. I\nC. You\nANSWER: A\n", "answer C stands where B"),
        ("Who?\nA. I\nB. You\nANSWER: D\n", "names none"), ("Who?\nA. I\nANSWER: A\n", "1 answers; we hold two to six"),
        ("Who?\nANSWER: A\n", "names none"),
    ])
    func `an Aiken question that is none is listed with its reason`(text: String, reason: String) throws {
        let result = try Sample.read(text, .aiken)
        #expect(result.imported.isEmpty && result.skipped.count == 1)
        #expect(result.reasons[0].contains(reason), "\(result.reasons)")
        #expect(result.skipped[0].id.hasPrefix("line 1"))
    }

    @Test func `an Aiken question without its answer does not take the next one with it`() throws {
        let result = try Sample.read("Who?\nA. I\nB. You\n\nWhat?\nA)This\n\nB)That\n\nANSWER: B\n", .aiken)
        #expect(result.skipped.map(\.id) == ["line 1 (Who?)"])
        #expect(result.items().map(\.key) == [[2]])
        #expect(result.items().first?.item.texts["en"]?.options == [1: "This", 2: "That"])
    }

    @Test func `GIFT titles, escapes, comments, categories and formats are read`() throws {
        let result = try Sample.read(
            #"""
            // a comment
            $CATEGORY: Lights/Red

            // before the question
            ::Red \: light::What does a red\=bright light mean? {
              =Stop \{at the line\} #right
              ~Go\~on
              // inside
              ~%-50%Hurry
              ####It is in Article 38.
            }

            ::T::[html]<p>Green &amp; clear<br>means <b>go</b>.</p>{T}

            Two plus two is {~3 =4 ~5} in every country.

            [plain]Which <two>? {~%50%one ~%50%two ~%-100%three}

            Yellow means go.{FALSE#no}
            """#, .gift, name: "a/Lights red.gift.txt")
        #expect(result.skipped == [])
        let items = result.items()
        let texts = items.compactMap { $0.item.texts["en"] }
        #expect(result.imported.first == "LIGHTS-RED-001")
        #expect(texts[0].stem == "What does a red=bright light mean?")
        #expect(texts[0].options == [1: "Stop {at the line}", 2: "Go~on", 3: "Hurry"])
        #expect(texts[0].explanation == "It is in Article 38.")
        #expect(items[0].key == [1])
        #expect(texts[1].stem == "Green & clear means go." && items[1].item.kind == .judge && items[1].key == [1])
        #expect(texts[2].stem == "Two plus two is ____ in every country." && items[2].key == [2])
        #expect(texts[3].stem == "Which <two>?" && items[3].item.kind == .multi && items[3].key == [1, 2])
        #expect(items[4].item.kind == .judge && items[4].key == [2])
        let file = String(decoding: result.files.first { $0.path.hasSuffix(".items") }?.bytes ?? [], as: UTF8.self)
        #expect(file.contains("# Red : light\n# Lights/Red\n"))
        #expect(
            result.losses.map { "\($0.id): \($0.reason)" } == [
                "LIGHTS-RED-001: feedback to single answers is not kept",
                "LIGHTS-RED-001: points taken off for wrong answers are not kept",
                "LIGHTS-RED-002: emphasis (<b>) is not kept",
                "LIGHTS-RED-004: points taken off for wrong answers are not kept",
                "LIGHTS-RED-005: feedback to single answers is not kept",
            ])
    }

    @Test(arguments: [
        ("Say why. {}", "essay"), ("When? {#1949:2}", "numerical"), ("Who? {=a =b}", "short-answer"),
        ("Match {=a -> b =c -> d}", "matching"), ("Only words.", "description"), ("Open { =a ~b", "no }"),
        ("Two {=a ~b} and {=c ~d}", "more than one place"), ("Part {~%70%a ~%30%b ~c}", "different parts"),
        ("Half {~%50%a ~b}", "part of the points"), ("Each {=a =b ~c}", "several answers give points"),
        ("None {~a ~b}", "no answer is marked"), ("Bad {~%x%a =b}", "no number"), ("Begin {a =b ~c}", "neither with ="),
        ("[html]A <table><tr></table> {T}", "<table>"), ("[markdown]A *b* {T}", "Markdown"),
        ("[html]See <img src=\"http://x/y.png\"> {T}", "picture"), ("Seven {=1 ~2 ~3 ~4 ~5 ~6 ~7}", "two to six"),
        ("{T}", "asks nothing"), ("[html]An &foo; {T}", "&foo;"), ("A\u{202E}b {T}", "U+202E"),
        ("Empty {=a ~}", "empty answer"),
    ])
    func `a GIFT question that we cannot hold is listed with its reason`(text: String, reason: String) throws {
        let result = try Sample.read(text, .gift)
        #expect(result.imported.isEmpty && result.reasons.count == 1)
        #expect(result.reasons.first?.contains(reason) == true, "\(result.reasons)")
    }

    @Test func `Moodle XML is read with its picture, its key and its feedback`() throws {
        let svg = Sample.svg
        let result = try Sample.read(Self.moodle(picture: base64(Array(svg.utf8))), .moodle, name: "quiz.xml") {
            $0.area = "signals"
            $0.classes = "C1 C2"
            $0.basis = "RTSL Art. 25"
            $0.written = "Li Ming 2026-11-01"
        }
        #expect(result.imported == ["QUIZ-001", "QUIZ-002", "QUIZ-003"])
        let items = result.items()
        #expect(items[0].item.kind == .single && items[0].key == [1])
        #expect(items[0].item.texts["en"]?.stem == "What does this sign < mean?")
        #expect(items[0].item.texts["en"]?.explanation == "Red is stop.")
        #expect(items[0].item.area == "signals" && items[0].item.classes == ["C1", "C2"])
        #expect(items[1].item.kind == .multi && items[1].key == [1, 3])
        #expect(items[2].item.kind == .judge && items[2].key == [2])
        let picture = try #require(result.files.first { $0.path.hasPrefix("media/") })
        #expect(picture.path == "media/quiz/my-sign.svg" && picture.bytes == Array(svg.utf8))
        #expect(result.skipped.map(\.id) == ["Essay"])
        #expect(result.reasons == [#"is a question of type "essay"; we hold multichoice and truefalse"#])
    }

    @Test(arguments: [
        ("fraction=\"100\"", "fraction=\"60\"", "part of the points"),
        ("fraction=\"100\"", "fraction=\"x\"", "no number"),
        ("<b>mean</b>", "<ul><li>mean</li></ul>", "<ul>"), ("@@PLUGINFILE@@/my%20sign.svg", "../x.svg", "is not there"),
        ("@@PLUGINFILE@@/my%20sign.svg", "https://example.org/x.svg", "on the network"),
        ("encoding=\"base64\"", "encoding=\"\"", "is not there"),
    ])
    func `a Moodle question that we cannot hold is listed`(old: String, new: String, reason: String) throws {
        let text = Self.moodle(picture: base64(Array(Sample.svg.utf8)))
        #expect(try Sample.read(text, .moodle).imported.count == 3)
        let result = try Sample.read(text.replacing(old, with: new), .moodle)
        #expect(result.reasons.contains { $0.contains(reason) }, "\(result.reasons)")
    }

    @Test func `a picture is what its bytes are, within its limits`() throws {
        func taken(_ bytes: [UInt8]) throws -> QuestionImport {
            try Sample.read(Self.moodle(picture: base64(bytes)), .moodle)
        }
        let png = try taken(Sample.png(width: 40, height: 30))
        #expect(png.imported.count == 3)
        #expect(png.losses.contains { $0.reason.contains("draw it again as SVG") })
        #expect(try taken(Sample.png(width: 40, height: 30, high: 1)).reasons.contains { $0.contains("pixels") })
        #expect(try taken(Array("GIF89a".utf8)).reasons.contains { $0.contains("none of PNG, JPEG and SVG") })
        let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC0, 0, 11, 8, 0, 20, 0, 30, 1, 1, 0x11, 0]
        #expect(try taken(jpeg).imported.count == 3)
        #expect(try taken(Array(jpeg.prefix(12))).reasons.contains { $0.contains("is damaged") })
        let script = Sample.svg.replacing("<circle", with: "<script/><circle")
        #expect(try taken(Array(script.utf8)).reasons.contains { $0.contains("<script") })
    }

    static func moodle(picture: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <quiz>
          <question type="category"><category><text>$course$/Signs</text></category></question>
          <question type="multichoice">
            <name><text>Sign</text></name>
            <questiontext format="html">
              <text><![CDATA[<p>What does this sign &lt; <b>mean</b>?<img src="@@PLUGINFILE@@/my%20sign.svg" alt="A disc"></p>]]></text>
              <file name="my sign.svg" path="/" encoding="base64">\(picture)</file>
            </questiontext>
            <generalfeedback format="html"><text>&lt;p&gt;Red is stop.&lt;/p&gt;</text></generalfeedback>
            <single>true</single>
            <answer fraction="100"><text>Stop</text><feedback><text>yes</text></feedback></answer>
            <answer fraction="0"><text>Go</text></answer>
          </question>
          <question type="multichoice">
            <name><text>Two</text></name>
            <questiontext format="plain_text"><text>Which two?</text></questiontext>
            <single>false</single>
            <answer fraction="50"><text>one</text></answer>
            <answer fraction="-100"><text>none</text></answer>
            <answer fraction="50"><text>two</text></answer>
          </question>
          <question type="truefalse">
            <name><text>TF</text></name>
            <questiontext format="moodle_auto_format"><text>Amber means go.</text></questiontext>
            <answer fraction="0"><text>true</text></answer>
            <answer fraction="100"><text>false</text></answer>
          </question>
          <question type="essay"><name><text>Essay</text></name></question>
        </quiz>
        """
    }
}

/// Base64 with padding (RFC 4648 §4).
func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var text = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        for place in 0..<4 { text.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : "=") }
    }
    return text
}

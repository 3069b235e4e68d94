import CZip
import Glibc
import Interchange
import Platform

/// A file in memory, and what a reader makes of it.
enum Sample {
    static func read(
        _ text: String, _ format: InterchangeFormat, name: String = "sample.txt",
        _ change: (inout QuestionImport.Options) -> Void = { _ in }
    ) throws -> QuestionImport {
        try read(Array(text.utf8), format, name: name, change)
    }

    static func read(
        _ bytes: [UInt8], _ format: InterchangeFormat, name: String = "sample.txt",
        _ change: (inout QuestionImport.Options) -> Void = { _ in }
    ) throws -> QuestionImport {
        var options = QuestionImport.Options()
        change(&options)
        return try QuestionImport(bytes, name: name, format: format, options: options)
    }

    /// The words of a refusal; empty when the file is taken.
    static func refusal(
        _ bytes: [UInt8], _ format: InterchangeFormat, name: String = "sample.txt",
        _ change: (inout QuestionImport.Options) -> Void = { _ in }
    ) -> String {
        do {
            _ = try read(bytes, format, name: name, change)
            return ""
        } catch {
            return "\(error)"
        }
    }

    /// A QTI 3 item with one choice interaction.
    static func qti3(
        identifier: String = "sample-1", head: String = "", right: [String] = ["A"], cardinality: String = "single",
        body: String = "<p>Which way?</p>", choices: String = qti3Choices,
        processing: String =
            #"<qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>"#,
        attributes: String = #"xml:lang="en""#, declaration: String = "", tail: String = ""
    ) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>\(head)
        <qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="\(identifier)" title="t" \
        adaptive="false" time-dependent="false" \(attributes)>
          <qti-response-declaration identifier="RESPONSE" cardinality="\(cardinality)" base-type="identifier">
            <qti-correct-response>\(right.map { "<qti-value>\($0)</qti-value>" }.joined())</qti-correct-response>\(declaration)
          </qti-response-declaration>
          <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
          <qti-item-body>\(body)
            <qti-choice-interaction response-identifier="RESPONSE" max-choices="\(cardinality == "single" ? 1 : 0)">
              \(choices)
            </qti-choice-interaction>
          </qti-item-body>
          \(processing)
          \(tail)
        </qti-assessment-item>
        """
    }

    static let qti3Choices = """
        <qti-simple-choice identifier="A">Left &amp; ahead</qti-simple-choice>
        <qti-simple-choice identifier="B">Right</qti-simple-choice>
        <qti-simple-choice identifier="C">Back</qti-simple-choice>
        """

    /// A QTI 2.1 item with two prompts' worth of ways to say the same.
    static let qti21 = """
        <?xml version="1.0" encoding="UTF-8"?>
        <assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p1" identifier="lamp_07" title="Lamps" \
        adaptive="false" timeDependent="false">
          <responseDeclaration identifier="RESPONSE" cardinality="multiple" baseType="identifier">
            <correctResponse><value>c</value><value>a</value></correctResponse>
          </responseDeclaration>
          <outcomeDeclaration identifier="SCORE" cardinality="single" baseType="integer"/>
          <itemBody>
            <choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="0">
              <prompt>Which lamps are on?</prompt>
              <simpleChoice identifier="a">Fog lamp</simpleChoice>
              <simpleChoice identifier="b">Main beam</simpleChoice>
              <simpleChoice identifier="c">Tail lamp</simpleChoice>
            </choiceInteraction>
          </itemBody>
          <responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"/>
        </assessmentItem>
        """

    static func manifest(_ items: [String], type: String = "imsqti_item_xmlv3p0") -> String {
        let resources = items.enumerated().map { number, path in
            #"<resource identifier="r\#(number)" type="\#(type)" href="\#(path)"><file href="\#(path)"/></resource>"#
        }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <manifest xmlns="http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1" identifier="m"><organizations/>
            <resources>\(resources.joined())</resources></manifest>
            """
    }

    static let svg = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 800 600"><circle cx="400" cy="300" r="200" fill="#c00"/></svg>
        """

    /// The head of a PNG file with its measures, which is all that is looked at.
    static func png(width: UInt8, height: UInt8, high: UInt8 = 0) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52] + [high, 0, 0, width]
            + [0, 0, 0, height] + [8, 2, 0, 0, 0] + [0, 0, 0, 0]
    }
}

/// Zip archives that nobody's program would make.
enum Zip {
    /// Entries as they are given, compressed; `link` makes the entry of that name a symbolic link.
    static func bytes(_ entries: [(String, [UInt8])], link: String? = nil, password: String? = nil) throws -> [UInt8] {
        let path = "/tmp/interchange-\(hexadecimal(systemEntropy(8))).zip"
        defer { unlink(path) }
        var code: Int32 = 0
        guard let archive = zip_open(path, ZIP_CREATE | ZIP_EXCL, &code) else { throw SystemError("zip_open") }
        for (name, bytes) in entries {
            let copy = malloc(max(1, bytes.count))!
            _ = bytes.withUnsafeBytes { memcpy(copy, $0.baseAddress ?? UnsafeRawPointer(copy), $0.count) }
            let source = zip_source_buffer(archive, copy, zip_uint64_t(bytes.count), 1)
            let position = zip_file_add(archive, name, source, zip_flags_t(ZIP_FL_ENC_UTF_8))
            guard position >= 0 else { throw SystemError("zip_file_add \(name)") }
            if name == link {
                zip_file_set_external_attributes(
                    archive, zip_uint64_t(position), 0, UInt8(ZIP_OPSYS_UNIX), UInt32(S_IFLNK | 0o777) << 16)
            }
            if let password {
                zip_file_set_encryption(archive, zip_uint64_t(position), UInt16(ZIP_EM_AES_256), password)
            }
        }
        guard zip_close(archive) == 0 else { throw SystemError("zip_close") }
        return try readFile(path)
    }

    /// The same archive with every occurrence of some bytes replaced by others of the same length: for what libzip
    /// itself does not write.
    static func forged(_ bytes: [UInt8], _ old: String, _ new: String) -> [UInt8] {
        precondition(old.utf8.count == new.utf8.count, "a forged name is as long as the true one")
        return bytes.replacing(Array(old.utf8), with: Array(new.utf8))
    }
}

/// A folder of one test's own.
final class TestFolder {
    let path: String

    init() throws {
        path = "/tmp/interchange-\(hexadecimal(systemEntropy(8)))"
        try makeDirectory(path)
    }

    deinit { removeTree(path) }
}

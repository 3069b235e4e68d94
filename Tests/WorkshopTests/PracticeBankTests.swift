import CanonicalJSON
import Cryptography
import Exam
import Platform
import QuestionBank
import Testing

@testable import Workshop

@Suite struct PracticeBankTests {
    private static let folder = Repository.shippedBank + "/../PracticeBank"

    @Test func `the shipped practice bank breaks no rule and shares no question with the exam bank`() throws {
        let source = BankSource(folder: Self.folder)
        #expect(source.findings == [])
        let practice = try PracticeBank(try #require(source.contents))
        #expect(practice.index.items.count >= 30)
        #expect(practice.draw(seed: [UInt8](repeating: 3, count: 32)).count == practice.questions)
        let exam = try #require(BankSource(folder: Repository.shippedBank).contents)
        let fingerprints = exam.fingerprints(sha256: sha256)
        #expect(fingerprints.values.count >= exam.items.count)
        let ids = Set(exam.index.items.map(\.id))
        #expect(practice.sharedItems(ids: ids, fingerprints: fingerprints, sha256: sha256) == [])
    }

    /// A copy of the practice bank in a folder of its own, held against the exam bank of the tests.
    private func copy(_ change: (String) throws -> Void) throws -> [Finding] {
        let folder = "/tmp/kaotai-practice-\(hexadecimal(systemEntropy(6)))"
        defer { removeTree(folder) }
        try makeDirectory("\(folder)/items")
        try makeDirectory("\(folder)/blueprints")
        for name in [
            "bank.json", "programmes.json", "blueprints/MOCK.json", "items/law.items", "items/signals.items",
            "items/safe_civil.items", "items/operation.items",
        ] {
            var text = String(decoding: try readFile("\(Self.folder)/\(name)"), as: UTF8.self)
            // The copy's way to the exam bank is another one.
            let up = folder.split(separator: "/").map { _ in ".." }.joined(separator: "/")
            text.replace("\"../QuestionBank\"", with: "\"\(up)\(Repository.testBank)\"")
            try AtomicFile.write(text, to: "\(folder)/\(name)", mode: 0o644)
        }
        try change(folder)
        return BankSource(folder: folder).findings
    }

    private func replace(_ old: String, with new: String, in path: String) throws {
        var text = String(decoding: try readFile(path), as: UTF8.self)
        #expect(text.contains(old))
        text.replace(old, with: new)
        try AtomicFile.write(text, to: path, mode: 0o644)
    }

    @Test func `a practice question that is asked in exams is found by its id or its words, with its line`() throws {
        #expect(try copy { _ in } == [])
        let byID = try copy { try replace("[PRA-004]", with: "[TEST-01]", in: "\($0)/items/law.items") }
        #expect(byID.map(\.rule) == [.shared])
        #expect(byID.first?.item == "TEST-01" && byID.first?.file == "items/law.items" && byID.first?.line != nil)
        let exam = try #require(BankSource(folder: Repository.testBank).contents)
        let stem = try #require(exam.items["TEST-01"]?.texts["zh-Hans"]?.stem)
        let byWords = try copy {
            try replace("坐在后排的乘客不必系安全带。", with: stem.replacing("，", with: " "), in: "\($0)/items/law.items")
        }
        // The words of another question beside the old English ones are noticed too.
        #expect(byWords.filter { $0.weight == .error && $0.item == "PRA-003" }.map(\.rule).contains(.shared))
    }

    @Test func `a practice bank has to say which exam bank it keeps apart from`() throws {
        let found = try copy {
            var text = String(decoding: try readFile("\($0)/bank.json"), as: UTF8.self)
            let lines = text.split(separator: "\n").filter { !$0.contains("apartFrom") }
            text = lines.joined(separator: "\n")
            try AtomicFile.write(text, to: "\($0)/bank.json", mode: 0o644)
        }
        #expect(found.map(\.rule) == [.shared])
        #expect(found.first?.message.contains("apartFrom is missing") == true)
    }

    @Test func `fingerprints are one text of sorted digits, and know their own`() throws {
        let prints = Fingerprints([UInt64.max, 1, 1])
        let text = try JSONCoder.text(prints)
        #expect(text == #""0000000000000001ffffffffffffffff""#)
        #expect(try JSONCoder.decode(Fingerprints.self, from: Array(text.utf8)) == prints)
        #expect(prints.contains(1) && prints.contains(.max) && !prints.contains(2))
        for wrong in [#""00""#, #""ffffffffffffffff0000000000000001""#, #""zzzzzzzzzzzzzzzz""#] {
            #expect(throws: DecodingError.self) { try JSONCoder.decode(Fingerprints.self, from: Array(wrong.utf8)) }
        }
    }
}

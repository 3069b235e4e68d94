import CanonicalJSON
import Testing

@testable import Exam

@Suite struct ProgrammeTests {
    private func programme(_ change: [String: JSONValue] = [:]) throws -> Programme {
        var members: [String: JSONValue] = [
            "code": "X", "names": ["en": "Exam"], "classes": ["C1"], "questions": 50, "pointsEach": 2, "full": 100,
            "passMark": 90, "minutes": 30, "kinds": ["judge": 20, "single": 30], "composition": ["law": 50],
            "attemptsPerBooking": 2, "policies": try JSONCoder.tree(Policies.shipped), "legalBasis": [],
            "evidence": [:], "notes": "",
        ]
        members.merge(change) { $1 }
        return try JSONCoder.decode(Programme.self, from: JSONValue.object(members).canonicalBytes)
    }

    @Test func `a programme with every figure is complete and knows how many answers may be wrong`() throws {
        let complete = try programme().complete()
        #expect(complete.maxWrong == 5)
        #expect(complete.kinds == [.judge: 20, .single: 30])
        #expect(complete.groups == [ClassComposition(classes: ["C1"], composition: ["law": 50])])
        #expect(complete.isFor("C1") && !complete.isFor("D"))
    }

    @Test func `a programme with unknown figures is refused by their names`() throws {
        let error = #expect(throws: MissingFigures.self) {
            try programme(["minutes": nil, "composition": nil]).complete()
        }
        #expect(error?.figures == ["minutes", "composition"])
    }

    @Test func `figures that contradict each other are named`() throws {
        let found = try programme(["pointsEach": 1, "kinds": ["judge": 20, "single": 29]]).contradictions
        #expect(found.count == 2)
        #expect(try programme().contradictions == [])
    }

    @Test func `going back excludes verdicts and early fail`() throws {
        #expect(throws: PolicyConflict.goingBackWithVerdicts) {
            try Policies(commitOnNext: false, feedback: .verdict, earlyFail: .off, goingBack: true)
        }
        #expect(throws: PolicyConflict.goingBackWithEarlyFail) {
            try Policies(commitOnNext: false, feedback: .none, earlyFail: .stop, goingBack: true)
        }
        #expect(throws: Never.self) {
            try Policies(commitOnNext: false, feedback: .none, earlyFail: .off, goingBack: true)
        }
        #expect(throws: DecodingError.self) {
            try programme([
                "policies": ["commitOnNext": true, "feedback": "verdict", "earlyFail": "off", "goingBack": true]
            ])
        }
    }

    @Test func `identifiers are bare strings and numbers in JSON, as values and as names`() throws {
        struct Document: Codable, Equatable {
            var item: ItemID
            var seats: [SeatID: AttemptID]
            var kinds: [ItemKind: Int]
        }
        let document = Document(item: "LAW-001", seats: [3: "a"], kinds: [.judge: 1])
        let text = try JSONCoder.text(document)
        #expect(text == #"{"item":"LAW-001","kinds":{"judge":1},"seats":{"3":"a"}}"#)
        #expect(try JSONCoder.decode(Document.self, from: Array(text.utf8)) == document)
        #expect(throws: DecodingError.self) { try JSONCoder.decode(SeatID.self, from: Array("0".utf8)) }
    }
}

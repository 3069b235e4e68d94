import CanonicalJSON
import Testing

@testable import Exam

@Suite struct CompositionTests {
    private func programme(_ compositions: JSONValue, composition: JSONValue = .null) throws -> Programme {
        let members: [String: JSONValue] = [
            "code": "X", "names": ["en": "Exam"], "classes": ["A1", "B2"], "questions": 10, "pointsEach": 10,
            "full": 100, "passMark": 90, "minutes": 30, "kinds": ["judge": 4, "single": 6], "composition": composition,
            "compositions": compositions, "attemptsPerBooking": 2, "policies": try JSONCoder.tree(Policies.shipped),
            "legalBasis": [], "evidence": [:], "notes": "",
        ]
        return try JSONCoder.decode(Programme.self, from: JSONValue.object(members).canonicalBytes)
    }

    private static let bus: JSONValue = ["classes": ["A1"], "composition": ["law": 8, "bus_only": 2]]
    private static let truck: JSONValue = ["classes": ["B2"], "composition": ["law": 8, "truck_only": 2]]

    @Test func `buses and trucks have a composition each in one programme`() throws {
        let both = try programme([Self.bus, Self.truck])
        #expect(both.contradictions == [])
        #expect(both.missingFigures == [])
        #expect(both.composition(for: "A1") == ["law": 8, "bus_only": 2])
        #expect(both.composition(for: "B2") == ["law": 8, "truck_only": 2])
        #expect(both.composition(for: "C1") == nil)
        #expect(try both.complete().groups.count == 2)
    }

    @Test func `a class without a composition or with two, and a wrong sum, are named`() throws {
        #expect(
            try programme([Self.bus]).contradictions == ["class B2 is not in exactly one of the compositions"])
        let twice: JSONValue = ["classes": ["B2", "A1", "C1"], "composition": ["law": 9]]
        #expect(
            try programme([Self.bus, twice]).contradictions == [
                "composition of B2, A1, C1 counts 9 questions, questions says 10",
                "class A1 is not in exactly one of the compositions",
                "compositions name class C1, which the programme is not for",
            ])
        #expect(
            try programme([Self.bus, Self.truck], composition: ["law": 10]).contradictions == [
                "composition and compositions cannot both stand"
            ])
    }
}

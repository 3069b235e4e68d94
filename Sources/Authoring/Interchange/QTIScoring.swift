/// Which answers of an assessment item are right, where it is scored right or wrong.
enum QTIScoring {
    /// - Parameter choices: the identifiers of the choices in their order.
    /// - Returns: places in `choices`.
    static func right(
        _ root: XMLElement, interaction: XMLElement, choices: [String]
    ) throws(Unsuited) -> Set<Int> {
        let declarations = root.parts("responsedeclaration")
        guard declarations.count <= 1 else { throw Unsuited("declares \(declarations.count) responses; we hold one") }
        guard let declaration = declarations.first,
            declaration.value("identifier") == interaction.value("responseidentifier")
        else { throw Unsuited("does not declare the response of its choices") }
        let cardinality = declaration.value("cardinality") ?? "single"
        guard cardinality == "single" || cardinality == "multiple" else {
            throw Unsuited("its answers are \(cardinality.prefix(20)); we hold one or several without an order")
        }
        var right = (declaration.part("correctresponse")?.parts("value") ?? []).map(\.oneLine)
        let mapping = try self.mapping(declaration)
        if try isMapped(root) {
            guard cardinality == "single" else {
                throw Unsuited("gives points for part of the answer (a mapping); we hold right and wrong only")
            }
            let positive = mapping.filter { $0.value > 0 }.map(\.key)
            guard positive.count == 1 else {
                throw Unsuited("gives points for several answers, each alone (a mapping)")
            }
            guard right.isEmpty || right == positive else {
                throw Unsuited("its mapping and its correct response name different answers")
            }
            right = positive
        }
        guard !right.isEmpty else { throw Unsuited("states no right answer") }
        guard cardinality == "multiple" || right.count == 1 else {
            throw Unsuited("takes one answer and names \(right.count) right ones")
        }
        var places: Set<Int> = []
        for identifier in right {
            guard let place = choices.firstIndex(of: identifier) else {
                throw Unsuited("its right answer \"\(identifier.prefix(40))\" is none of its choices")
            }
            places.insert(place)
        }
        return places
    }

    /// Points by choice, in thousandths.
    private static func mapping(_ declaration: XMLElement) throws(Unsuited) -> [String: Int] {
        var points: [String: Int] = [:]
        for entry in declaration.part("mapping")?.parts("mapentry") ?? [] {
            guard let key = entry.value("mapkey"),
                let value = entry.value("mappedvalue").flatMap({
                    AnswerShares.thousandths($0)
                })
            else { throw Unsuited("line \(entry.line): a mapping without a key or a number") }
            points[key] = value
        }
        return points
    }

    private static let plainRules: Set<String> = [
        "responsecondition", "responseif", "responseelse", "responseelseif", "match", "variable", "correct", "not",
        "setoutcomevalue", "basevalue", "isnull", "mapresponse",
    ]

    /// Whether the points come from the mapping; rules of other kinds are refused.
    private static func isMapped(_ root: XMLElement) throws(Unsuited) -> Bool {
        guard let processing = root.part("responseprocessing") else { return false }
        let template = processing.value("template") ?? processing.value("templatelocation") ?? ""
        if !template.isEmpty {
            let name = (template.split(separator: "/").last ?? "").split(separator: ".").first ?? ""
            if name == "match_correct" || name == "CC2_match_basic" || name == "CC2_match" { return false }
            if name == "map_response" || name == "CC2_map_response" { return true }
            throw Unsuited("is scored by the template \(name.prefix(40)); we hold match_correct and map_response")
        }
        let rules = Set(processing.descendants { $0.children.isEmpty || !plainRules.contains($0.term) }.map(\.term))
        if let strange = rules.subtracting(plainRules).sorted().first {
            throw Unsuited("is scored by rules of its own (\(strange)); we hold right and wrong only")
        }
        let scores = processing.descendants { $0.term == "setoutcomevalue" && $0.value("identifier") == "SCORE" }
        let giving = scores.filter { score in
            score.children.contains { $0.term != "basevalue" || AnswerShares.thousandths($0.oneLine) != 0 }
        }
        guard giving.count <= 1 else { throw Unsuited("gives points in several cases; we hold right and wrong only") }
        return giving.contains { !$0.descendants { $0.term == "mapresponse" }.isEmpty }
    }
}

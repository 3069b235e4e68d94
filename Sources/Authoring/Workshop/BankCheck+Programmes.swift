internal import Exam
internal import QuestionBank

/// Programmes, blueprints and what the bank promises of them.
extension BankCheck {
    mutating func checkProgrammes() {
        let index = contents.index
        if index.languages.isEmpty { report(.badValue, "the bank names no language") }
        if let from = index.validFrom, let until = index.validUntil, until < from {
            report(.badValue, "the bank is valid until \(until), which is before \(from)")
        }
        for area in index.areas.keys.sorted() {
            for language in index.languages + index.translations
            where index.areas[area]?[language, default: ""].isEmpty != false {
                report(.missingTranslation, "area \(area) has no name in \(language)")
            }
        }
        var seen: Set<ProgrammeCode> = []
        for programme in index.programmes {
            if !seen.insert(programme.code).inserted { report(.programme, "programme \(programme.code) stands twice") }
            for problem in programme.contradictions { report(.programme, "programme \(programme.code): \(problem)") }
            for area in (programme.composition ?? [:]).keys.sorted() where index.areas[area] == nil {
                report(.unknownArea, "programme \(programme.code): area \(area) has no name in the bank")
            }
            for vehicleClass in programme.classes
            where vehicleClass != "*" && !Self.vehicleClasses.contains(vehicleClass) {
                report(.unknownClass, "programme \(programme.code): class \(vehicleClass) is not known")
            }
            for language in index.languages + index.translations
            where programme.names[language, default: ""].isEmpty {
                report(.missingTranslation, "programme \(programme.code) has no name in \(language)")
            }
        }
    }

    mutating func checkBlueprints() {
        let index = contents.index
        for code in Set(index.blueprints.map(\.programme)).sorted() {
            guard let blueprint = index.blueprint(for: code) else { continue }
            guard let programme = index.programme(code) else {
                report(.programme, "there is a blueprint for \(code), but no such programme")
                continue
            }
            guard let complete = try? programme.complete() else {
                report(
                    .programme,
                    MissingFigures(programme: code, figures: programme.missingFigures).description)
                continue
            }
            let kinds = complete.kinds.filter { $0.value > 0 }
            if blueprint.kinds.filter({ $0.value > 0 }) != kinds || blueprint.areas != complete.composition {
                report(.blueprint, "blueprint \(code): its kinds and areas are not those of the programme")
            }
            let classes = programme.classes.contains("*") ? Self.vehicleClasses : programme.classes
            for vehicleClass in classes {
                let short = blueprint.shortCells(index: index.items, vehicleClass: vehicleClass)
                for cell in short { report(.cell, "\(code) for class \(vehicleClass): \(cell)") }
                for promise in index.promises where promise.programme == code {
                    check(promise, blueprint, for: vehicleClass, short: promise.language == nil ? short : [])
                }
            }
        }
        let known = index.languages + index.translations
        for promise in index.promises {
            if index.blueprint(for: promise.programme) == nil {
                report(.promise, "the bank promises \(promise.programme), which has no blueprint")
            }
            if let language = promise.language, !known.contains(language) {
                report(
                    .promise,
                    "the bank promises \(promise.programme) in \(language), which is none of \(names(known))")
            }
        }
    }

    /// A promise without a language counts every question, one with a language those that are complete in it.
    private mutating func check(
        _ promise: BankIndex.Promise, _ blueprint: Blueprint, for vehicleClass: VehicleClass, short: [ShortCell]
    ) {
        let items = contents.index.items.filter { entry in
            promise.language.map { entry.languages.contains($0) } ?? true
        }
        let language = promise.language.map { " in \($0)" } ?? ""
        for cell in blueprint.shortCells(index: items, vehicleClass: vehicleClass, times: promise.times)
        where !short.contains(where: { $0.area == cell.area && $0.kind == cell.kind }) {
            report(
                .promise,
                "\(blueprint.programme) for class \(vehicleClass)\(language), promised \(promise.times) times over: \(cell)"
            )
        }
    }
}

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
            for area in Set(programme.groups.flatMap(\.composition.keys)).sorted() where index.areas[area] == nil {
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
            let classes = programme.classes.contains("*") ? Self.vehicleClasses : programme.classes
            var short: [(classes: [VehicleClass], cells: [ShortCell])] = []
            for vehicleClass in classes {
                guard let blueprint = index.blueprint(for: code, vehicleClass: vehicleClass) else {
                    report(.blueprint, "blueprint \(code): there is none for class \(vehicleClass)")
                    continue
                }
                if blueprint.kinds.filter({ $0.value > 0 }) != complete.kinds.filter({ $0.value > 0 })
                    || blueprint.areas != programme.composition(for: vehicleClass)
                {
                    report(
                        .blueprint,
                        "blueprint \(code) for class \(vehicleClass): its kinds and areas are not those of the programme"
                    )
                }
                let cells = blueprint.shortCells(index: index.items, vehicleClass: vehicleClass)
                if cells.isEmpty { checkDraws(blueprint, for: vehicleClass) }
                let promises = index.promises.filter { $0.programme == code }
                if !promises.isEmpty {
                    for cell in cells { report(.cell, "\(code) for class \(vehicleClass): \(cell)") }
                    for promise in promises {
                        check(promise, blueprint, for: vehicleClass, short: promise.language == nil ? cells : [])
                    }
                } else if let place = short.firstIndex(where: { $0.cells == cells }) {
                    short[place].classes.append(vehicleClass)
                } else if !cells.isEmpty {
                    short.append(([vehicleClass], cells))
                }
            }
            for group in short { warn(code, group.classes, group.cells) }
        }
        let known = index.languages + index.translations
        for promise in index.promises {
            if !index.blueprints.contains(where: { $0.programme == promise.programme }) {
                report(.promise, "the bank promises \(promise.programme), which has no blueprint")
            }
            if let language = promise.language, !known.contains(language) {
                report(
                    .promise,
                    "the bank promises \(promise.programme) in \(language), which is none of \(names(known))")
            }
        }
    }

    /// What keeps papers from being drawn as the blueprint wants them although every cell has its questions.
    private mutating func checkDraws(_ blueprint: Blueprint, for vehicleClass: VehicleClass) {
        let index = contents.index
        for cell in blueprint.overexposedCells(index: index.items, vehicleClass: vehicleClass) {
            report(
                .exposure,
                "\(blueprint.programme) for class \(vehicleClass): no question may stand in more than "
                    + "\(blueprint.share ?? 0) of 1000 papers, but \(cell): that makes \(Blueprint.leastShare(cell))")
        }
        guard let language = index.languages.first, let today else { return }
        do throws(DrawError) {
            try DrawingPool(
                blueprint: blueprint, index: index.items, vehicleClass: vehicleClass, language: language, day: today
            ).check()
        } catch {
            // What is not yet or no more asked today is no fault of the bank's.
            if case .enemies = error { report(.enemies, error.description) }
        }
    }

    /// Nobody is promised this programme: who comes for it is refused at check-in until the questions are there.
    private mutating func warn(_ code: ProgrammeCode, _ classes: [VehicleClass], _ cells: [ShortCell]) {
        let missing = cells.map { "\($0.area) \($0.kind.rawValue) \($0.has) of \($0.wanted)" }.joined(separator: ", ")
        let words = "\(code) for \(names(classes)) cannot be held yet, the bank has: \(missing)"
        findings.append(Finding(file: bankFile, rule: .cell, words, weight: .warning))
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

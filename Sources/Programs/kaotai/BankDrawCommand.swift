import CanonicalJSON
import CivilTime
import Cryptography
import Exam
import Packages
import Platform
import QuestionBank

private let drawHelp = """
    kaotai bank draw: the paper that a seed gives; needs no key

      kaotai bank draw PACKAGE --programme CODE --seed HEX --language TAG [--class CLASS]
                                        the paper that this seed (64 hexadecimal digits) gives today, with counters at
                                        zero, nothing excluded and no region; without --class that of the
                                        programme's first class
      kaotai bank draw PACKAGE --draw FILE
                                        a recorded draw repeated, as `kaotai journal draw` takes it out of a journal

    With --open-with KEY the questions are shown with their texts. FILE is one JSON document: "draw" with bank (digest), programme, blueprint (version), class, language, region, day,
    excluded (questions of this candidate's earlier papers), exposure (sequence of the journal's exposure entry) and
    seed; "exposure" with the programme's counters at that entry: papers, and items with their uses.
    With --json: {bank, programme, class, language, seed, items: [{id, version, options}], relaxed, digest}; options are
    authored numbers in shown order, digest is that of `paper.digest` in a result. How a paper is drawn stands in
    Sources/Domain/Exam/DrawingPool.swift, so that others can draw it too.
    Exit codes: 0 done, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai bank draw …`: the arguments after `draw`.
func bankDrawCommand(_ arguments: [String]) throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["programme", "seed", "language", "class", "draw", "open-with"], flags: ["json", "help"])
    if options.has("help") {
        standardOutput(drawHelp)
        return .done
    }
    guard options.words.count == 1 else { throw Failure(.usage, "`kaotai bank draw` wants one package") }
    let package = try openPackage(options.words[0])
    let recorded = try options.value("draw").map { try recordedDraw($0, for: package) } ?? today(package, options)
    let draw = recorded.draw
    guard
        let blueprint = package.index.blueprints.first(where: {
            $0.programme == draw.programme && $0.version == draw.blueprint && $0.isFor(draw.vehicleClass)
        })
    else {
        throw Failure(
            .badData, "the bank has no blueprint \(draw.blueprint) for \(draw.programme) and class \(draw.vehicleClass)"
        )
    }
    let paper: Paper
    do throws(DrawError) {
        paper = try Paper.draw(draw, blueprint: blueprint, index: package.index.items, exposure: recorded.exposure)
    } catch {
        throw Failure(.badData, error.description)
    }
    let texts = try options.value("open-with").map { try QuestionTexts(package, with: try KeyFiles.opener($0)) }
    try show(paper, texts, json: options.has("json"))
    return .done
}

private func recordedDraw(_ file: String, for package: QuestionPackage) throws -> RecordedDraw {
    let recorded: RecordedDraw
    do {
        recorded = try JSONCoder.decode(RecordedDraw.self, from: try readFile(file))
    } catch let error as SystemError {
        throw Failure(.inputOutput, "\(file): \(error)")
    } catch {
        throw Failure(.badData, "\(file): \(JSONCoder.explain(error))")
    }
    guard recorded.draw.bank == package.digest else {
        throw Failure(
            .badData, "\(file) was drawn from bank \(recorded.draw.bank), this package is \(package.digest)")
    }
    return recorded
}

/// What `--programme`, `--language` and `--seed` ask for.
private func today(_ package: QuestionPackage, _ options: Arguments) throws -> RecordedDraw {
    let code = ProgrammeCode(try options.required("programme"))
    let language = LanguageTag(try options.required("language"))
    guard let seed = bytes(hexadecimal: try options.required("seed")), seed.count == 32 else {
        throw Failure(.usage, "--seed wants 64 hexadecimal digits")
    }
    let index = package.index
    let known = index.languages + index.translations
    guard known.contains(language) else {
        throw Failure(
            .badData,
            "the bank is not in \(language); its languages are \(known.map(\.rawValue).joined(separator: ", "))")
    }
    guard let programme = index.programme(code) else {
        throw Failure(.badData, "the bank knows no programme \(code); `kaotai bank programmes` lists them")
    }
    guard let vehicleClass = options.value("class").map({ VehicleClass($0) }) ?? programme.classes.first else {
        throw Failure(.usage, "programme \(code) names no class; add --class")
    }
    let day = SystemTime().wall().date()
    if let obstacle = index.obstacle(to: code, for: vehicleClass, language: language, region: "", on: day) {
        throw Failure(.badData, obstacle)
    }
    return RecordedDraw(
        draw: Draw(
            bank: package.digest, programme: code,
            blueprint: index.blueprint(for: code, vehicleClass: vehicleClass)?.version ?? 0,
            vehicleClass: vehicleClass, language: language, day: day, seed: seed),
        exposure: ProgrammeExposure())
}

private func show(_ paper: Paper, _ texts: QuestionTexts?, json: Bool) throws {
    let digest = base64url(sha256(paper.canonicalItems()))
    if json {
        let document: JSONValue = [
            "bank": .string(paper.bank), "programme": .string(paper.programme.rawValue),
            "class": .string(paper.draw.vehicleClass.rawValue), "language": .string(paper.draw.language.rawValue),
            "seed": .string(paper.seed),
            "items": .array(
                paper.items.map {
                    [
                        "id": .string($0.item.rawValue), "version": .integer($0.version),
                        "options": .array($0.options.map(JSONValue.integer)),
                    ]
                }),
            "relaxed": try JSONCoder.tree(paper.relaxed), "digest": .string(digest),
        ]
        standardOutput(document.canonicalText + "\n")
        return
    }
    standardOutput(
        "\(paper.programme) for class \(paper.draw.vehicleClass) in \(paper.draw.language), blueprint "
            + "\(paper.blueprint), paper digest \(digest)\n")
    for (number, drawn) in paper.items.enumerated() {
        let order = drawn.options.map(String.init).joined(separator: " ")
        let text = try texts?.item(drawn.item).texts[paper.draw.language]
        standardOutput("\(number + 1). \(drawn.item) version \(drawn.version), options \(order)\n")
        guard let text else { continue }
        standardOutput("   \(text.stem)\n")
        for (place, option) in drawn.options.enumerated() {
            guard let words = text.options[option] else { continue }
            standardOutput("   \(String(UnicodeScalar(UInt8(ascii: "A") + UInt8(place)))). \(words)\n")
        }
    }
    for relaxed in paper.relaxed { standardOutput("too few questions: \(relaxed)\n") }
}

import CanonicalJSON
import CardReaders
import CivilTime
import IdentityCards
import Platform

private let cardHelp = """
    kaotai card: card readers, and the card that lies on one

      kaotai card list                  the readers, how each is read, and whether a card lies on it
      kaotai card read [--reader NAME] [--timeout S]
                                        read the next document presented; a card that lies there counts

      --reader NAME     only this reader: its name, serial number or USB port (default: any)
      --timeout S       give up after so many seconds (default: 30)
      --profiles DIR    how makes of readers are read (default: Provisioning/readers of the source tree,
                        else /usr/share/kaotai/readers)

    With --json one JSON document goes to standard output: of `list` {readers: [{reader, serial, port, profile, card,
    busy}]}, of `read` {reader, kind, number, name, sex, nation, birthDate, address, issuer, validFrom, validUntil,
    photoBytes, milliseconds}, for a foreigner's card also latinName and nationality. What a card does not have is left
    out; a card without validUntil never expires. milliseconds counts from the card's arrival.
    Exit codes: 0 done, 64 usage, 65 the card's record is wrong or it is no identity card, 69 no card service, no such
    reader, a reader that another program holds, or no document in time, 78 a reader profile is wrong.

    """

/// `kaotai card …`: the arguments after `card`.
func cardCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(arguments, options: ["reader", "timeout", "profiles"], flags: ["json", "help"])
    if options.has("help") || options.words.isEmpty {
        standardOutput(cardHelp)
        return options.has("help") ? .done : .usage
    }
    guard options.words.count == 1 else {
        throw Failure(.usage, "`kaotai card \(options.words[0])` wants no further words; `kaotai card --help` helps")
    }
    let profiles = try ReaderProfile.load(folder: options.value("profiles") ?? ReaderProfile.standardFolder)
    switch options.words[0] {
    case "list":
        try listReaders(profiles, json: options.has("json"))
    case "read":
        let seconds = try options.integer("timeout") ?? 30
        guard (1...86_400).contains(seconds) else { throw Failure(.usage, "--timeout wants 1 to 86400 seconds") }
        let (reader, document, milliseconds) = try await readNext(
            profiles, on: options.value("reader"), seconds: seconds)
        if options.has("json") {
            try printJSON(tree(document, reader, milliseconds))
        } else {
            standardOutput(lines(document, reader))
        }
    case let other:
        throw Failure(.usage, "there is no `kaotai card \(other)`; `kaotai card --help` lists what there is")
    }
    return .done
}

// MARK: list

private func listReaders(_ profiles: [ReaderProfile], json: Bool) throws {
    let readers = try ListedReader.all(profiles: profiles)
    if json {
        try printJSON(["readers": .array(readers.map(tree))])
        return
    }
    if readers.isEmpty { standardOutput("no card reader\n") }
    for reader in readers {
        let card = reader.isBusy ? "held by another program" : reader.hasCard ? "a card lies on it" : "no card"
        standardOutput("\(reader.reader): \(card); \(reader.profile ?? "no profile fits it")\n")
    }
}

private func tree(_ reader: ListedReader) -> JSONValue {
    document([
        ("reader", .string(reader.reader.name)), ("serial", reader.reader.serial.map { .string($0) }),
        ("port", reader.reader.port.map { .string($0) }), ("profile", reader.profile.map { .string($0) }),
        ("card", .bool(reader.hasCard)), ("busy", .bool(reader.isBusy)),
    ])
}

// MARK: read

private func readNext(
    _ profiles: [ReaderProfile], on wanted: String?, seconds: Int
) async throws -> (ReaderID, IdentityDocument, milliseconds: Int) {
    let readers = try ListedReader.all(profiles: profiles)
    if let wanted {
        // A busy reader does not tell its serial number, so a name that fits none may be that of one of those.
        let fitting = readers.filter { $0.reader.matches(wanted) }
        if fitting.contains(where: \.isBusy) || fitting.isEmpty && readers.contains(where: \.isBusy) {
            throw Failure(.unavailable, "reader \(wanted) is busy: another program holds it")
        }
        guard !fitting.isEmpty else {
            let names = readers.map(\.reader.description).joined(separator: ", ")
            throw Failure(.unavailable, "there is no reader \(wanted); there are: \(names.isEmpty ? "none" : names)")
        }
    }
    let time = SystemTime()
    let source = PCSCCardReaders(profiles: profiles, time: time)
    let deadline = Task {
        try await Task.sleep(for: .seconds(seconds))
        source.stop()
    }
    defer {
        deadline.cancel()
        source.stop()
    }
    source.start()
    var arrivals: [ReaderID: Instant] = [:]
    for await event in source.events {
        switch event {
        case .cardIn(let reader):
            arrivals[reader] = time.now()
        case .document(let reader, let document) where wanted.map { reader.matches($0) } ?? true:
            let now = time.now()
            return (reader, document, now.milliseconds(since: arrivals[reader] ?? now))
        case .unreadable(let reader, let fault) where wanted.map { reader.matches($0) } ?? true:
            switch fault {
            case .mute, .badContact: standardError("kaotai: \(reader): \(fault)\n")
            case .notAnIdentityCard, .record, .refused, .unexpectedAnswer:
                throw Failure(.badData, "\(reader): \(fault)")
            case .busy, .readerOutOfService, .readerHangs: throw Failure(.unavailable, "\(reader): \(fault)")
            case .noProfile: throw Failure(.badConfiguration, "\(reader): \(fault)")
            }
        case .serviceLost:
            standardError("kaotai: the card service is gone; waiting for it\n")
        default:
            break
        }
    }
    throw Failure(.unavailable, "no document was presented within \(seconds) s")
}

private func tree(_ card: IdentityDocument, _ reader: ReaderID, _ milliseconds: Int) -> JSONValue {
    document([
        ("reader", .string(reader.name)), ("kind", .string(card.kind.rawValue)), ("number", .string(card.number)),
        ("name", .string(card.name)), ("latinName", card.latinName.map { .string($0) }),
        ("sex", .string(card.sex.rawValue)), ("nation", card.nation.map { .string($0.name) }),
        ("nationality", card.nationality.map { .string($0) }), ("birthDate", .string(card.birthDate.description)),
        ("address", card.address.map { .string($0) }), ("issuer", card.issuer.map { .string($0) }),
        ("validFrom", .string(card.validFrom.description)),
        ("validUntil", card.validUntil.map { .string($0.description) }),
        ("photoBytes", .integer(card.photo.count)), ("milliseconds", .integer(milliseconds)),
    ])
}

/// An object of the members that are there.
private func document(_ members: [(String, JSONValue?)]) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: members.compactMap { name, value in value.map { (name, $0) } }))
}

private func lines(_ card: IdentityDocument, _ reader: ReaderID) -> String {
    let rows: [(String, String?)] = [
        ("reader", reader.description), ("kind", card.kind.rawValue), ("number", card.number), ("name", card.name),
        ("Latin name", card.latinName), ("sex", card.sex.name), ("nation", card.nation?.name),
        ("nationality", card.nationality), ("born", card.birthDate.description), ("address", card.address),
        ("issuer", card.issuer), ("valid from", card.validFrom.description),
        ("valid until", card.validUntil?.description ?? "长期 (without end)"),
        ("photo", "\(card.photo.count) bytes"),
    ]
    return rows.compactMap { name, text in text.map { "\(name):".padded(to: 14) + $0 + "\n" } }.joined()
}

import IdentityCards

/// Why a reading ended without base data.
enum ReadingFailure: Error {
    /// What the card or the module said.
    case card(CardFault)
    /// What the card service said.
    case service(PCSCError)
}

/// The conversation with a card in each dialect, up to its base data.
struct CardReading {
    let card: any CardConnection
    let profile: ReaderProfile

    /// The card's document, if the chip before and after its reading was the same.
    func document() throws(ReadingFailure) -> IdentityDocument {
        let before = try chipNumber()
        let file =
            switch profile.dialect {
            case .virtualFile: try virtualFile()
            case .sdtTunnel: try tunnelledFile()
            }
        // A card that was swapped in the middle may have given text and photo of two people.
        guard try chipNumber() == before else { throw .card(.badContact) }
        do throws(RecordError) {
            return try IdentityDocument(file: file)
        } catch {
            throw .card(.record(error))
        }
    }

    /// The chip's own number; nil where the reader does not give it.
    private func chipNumber() throws(ReadingFailure) -> [UInt8]? {
        guard let command = profile.chipNumberCommand else { return nil }
        let answer = try transmit(command)
        return answer.isDone ? answer.data : nil
    }

    private func virtualFile() throws(ReadingFailure) -> [UInt8] {
        var file: [UInt8] = []
        while file.count < CardFile.size {
            let size = min(256, CardFile.size - file.count)
            let offset = [UInt8(file.count >> 8), UInt8(file.count & 0xFF)]
            let answer = try transmit([0xFF, 0xB0] + offset + [UInt8(size & 0xFF)])
            if answer.isDone, !answer.data.isEmpty {
                file += answer.data
            } else if file.isEmpty {
                throw .card(.notAnIdentityCard)
            } else if answer.isDone || answer.status >> 8 == 0x6B {
                // The file ends here; its lengths are judged with the record.
                break
            } else {
                throw .card(.unexpectedAnswer(status: answer.status))
            }
        }
        return file
    }

    private func tunnelledFile() throws(ReadingFailure) -> [UInt8] {
        try ask(.findCard, expecting: .found)
        try ask(.selectCard, expecting: .done)
        return try ask(.readBase, expecting: .done)
    }

    /// Asks the module; a frame that was damaged on its way is sent once more.
    @discardableResult
    private func ask(_ command: SDTCommand, expecting expected: SDTStatus) throws(ReadingFailure) -> [UInt8] {
        for _ in 0..<2 {
            guard let answer = try moduleAnswer(to: command) else { continue }
            if answer.status == expected { return answer.data }
            switch answer.status {
            case .frameChecksum, .frameLength:
                continue
            case .unknownError where command != .resetModule:
                try ask(.resetModule, expecting: .done)
            default:
                throw .card(CardFault(answer.status))
            }
        }
        throw .card(.badContact)
    }

    /// The module's answer; nil when its frame is damaged.
    private func moduleAnswer(to command: SDTCommand) throws(ReadingFailure) -> SDTAnswer? {
        let frame = command.frame
        var answer = try transmit([0xFF, 0x00, 0x00, 0x00, UInt8(frame.count)] + frame)
        var bytes = answer.data
        while answer.status >> 8 == 0x61 {
            answer = try transmit([0xFF, 0xC0, 0x00, 0x00, UInt8(answer.status & 0xFF)])
            bytes += answer.data
            if bytes.count > 4096 { throw .card(.unexpectedAnswer(status: answer.status)) }
        }
        guard answer.isDone else {
            // A card of another kind lets the reader refuse the tunnel.
            throw .card(command == .findCard ? .notAnIdentityCard : .unexpectedAnswer(status: answer.status))
        }
        return try? SDTAnswer(frame: bytes)
    }

    private func transmit(_ command: [UInt8]) throws(ReadingFailure) -> ResponseAPDU {
        let answer: [UInt8]
        do throws(PCSCError) {
            answer = try card.transmit(command)
        } catch {
            throw .service(error)
        }
        guard answer.count >= 2 else { throw .card(.unexpectedAnswer(status: 0)) }
        return ResponseAPDU(answer)
    }
}

private struct ResponseAPDU {
    let data: [UInt8]
    let status: Int

    init(_ bytes: [UInt8]) {
        data = Array(bytes.dropLast(2))
        status = Int(bytes[bytes.count - 2]) << 8 | Int(bytes[bytes.count - 1])
    }

    var isDone: Bool { status == 0x9000 }
}

extension CardFault {
    /// What a status of the security module means for the person at the reader.
    init(_ status: SDTStatus) {
        switch status {
        case .cardRefusesModule, .moduleRefusesCard, .dataCheckFailed: self = .refused(status: Int(status.rawValue))
        case .wrongCard: self = .notAnIdentityCard
        // "No card" also comes for a card that was read before and not lifted since.
        case .noCard, .selectFailed, .readFailed, .noRandomNumber: self = .badContact
        case .selfTestFailed, .notAuthorised: self = .readerOutOfService(status: Int(status.rawValue))
        default: self = .unexpectedAnswer(status: Int(status.rawValue))
        }
    }
}

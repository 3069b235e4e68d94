internal import IdentityCards
internal import Touch

/// What card readers and touch panels send.
enum DeviceFuzzing {
    /// A reader's frame, what is in it, and a card's file; a file also behind lengths that are right.
    static func readCard(_ bytes: [UInt8]) {
        if let answer = try? SDTAnswer(frame: bytes) {
            precondition(answer.data.count < bytes.count, "more data than the frame has")
            read(answer.data)
        }
        if let body = try? SDTFrame.decode(bytes) {
            precondition(SDTFrame.encode(body) == bytes, "a frame that was taken is written otherwise")
            _ = SDTCommand(body: body)
        }
        read(bytes)
        let text = Array((bytes + [UInt8](repeating: 0x20, count: 256)).prefix(256))
        read(CardFile(text: text, photo: [UInt8](repeating: 0, count: CardFile.photoSize)).encoded)
    }

    private static func read(_ file: [UInt8]) {
        do throws(RecordError) {
            let document = try IdentityDocument(file: file)
            precondition(!document.number.isEmpty && !document.name.isEmpty, "a document without number or name")
            if let until = document.validUntil { precondition(until >= document.validFrom, "it ends before it begins") }
            let again = try IdentityDocument(record: document.record, photo: document.photo)
            precondition(again == document, "a document reads otherwise once it is written")
        } catch {
            precondition(!error.description.isEmpty, "a refusal without words")
        }
    }

    /// The first byte chooses the panel's kind, the rest are records of the kernel.
    static func followTouches(_ bytes: [UInt8]) {
        let rules = TouchRules(width: 1920, height: 1080)
        let range = AxisRange(minimum: 0, maximum: 4095)
        var tracker = ContactTracker(
            kind: (bytes.first ?? 0) & 1 == 0 ? .slots : .single, x: range, y: range, rules: rules)
        var down: Set<Int> = []
        var newest = -1
        func take(_ events: [ContactEvent]) {
            for event in events {
                precondition((0..<rules.width).contains(event.x) && (0..<rules.height).contains(event.y), "off screen")
                switch event.phase {
                case .down:
                    precondition(event.contact > newest, "an old contact came down again")
                    newest = event.contact
                    down.insert(event.contact)
                case .move: precondition(down.contains(event.contact), "a contact moved that is not down")
                case .up, .cancel: precondition(down.remove(event.contact) != nil, "a contact ended that is not down")
                }
            }
            precondition(tracker.down == down.count, "contacts are counted otherwise than told")
        }
        var rest = bytes.dropFirst()
        var at = 0
        while rest.count >= InputRecord.size {
            let record = InputRecord(bytes: rest.prefix(InputRecord.size))
            rest = rest.dropFirst(InputRecord.size)
            at = record.at
            take(tracker.feed(record))
            if record.value == 0x5EED {
                tracker.beginResynchronizing()
                take(tracker.endResynchronizing(at: at))
                take(tracker.expire(at: at))
            }
        }
        take(tracker.cancelAll(at: at))
        precondition(down.isEmpty, "a contact outlived its panel")
    }
}

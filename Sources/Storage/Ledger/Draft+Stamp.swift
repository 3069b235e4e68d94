import CanonicalJSON
import CivilTime
import Platform

extension Draft {
    /// The most bytes of a body: with its escapes it still fits into a frame of 1 MiB.
    static let maximumBody = 256 * 1024
    /// What the journal itself adds to each body.
    static let reserved = ["at", "boot", "monotonic", Promise.head, Promise.subjects]

    private func validate() throws(JournalError) {
        for (name, text) in [("kind", kind), ("stream", stream)] {
            guard (1...200).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 }) else {
                throw .invalid("the \(name) \"\(text)\" has not 1 to 200 bytes, or control characters")
            }
        }
        guard let members = body.objectValue else { throw .invalid("the body of \(kind) is no JSON object") }
        for name in Self.reserved where members[name] != nil {
            throw .invalid("the body of \(kind) has a member \"\(name)\", which the journal adds itself")
        }
        guard !hasInexactInteger(body) else {
            throw .invalid("the body of \(kind) has an integer of 2^53 or beyond")
        }
    }

    /// The body's canonical bytes with the time of its writing, and what it says of the tables beside.
    ///
    /// - Throws: `JournalError.invalid` in words when this cannot be an entry.
    func stamped(by time: any TimeSource, promises: [String: JSONValue]) throws(JournalError) -> [UInt8] {
        try validate()
        var members = (body.objectValue ?? [:]).merging(promises) { $1 }
        members["at"] = .string(time.wall().description)
        members["boot"] = .string(time.boot)
        members["monotonic"] = .integer(time.now().microseconds)
        let bytes = JSONValue.object(members).canonicalBytes
        guard bytes.count <= Self.maximumBody else {
            throw .invalid("the body of \(kind) has \(bytes.count) bytes, at most \(Self.maximumBody) are taken")
        }
        return bytes
    }
}

/// What a body says of the tables beside the entries, so that a row that is removed or altered there is missed.
enum Promise {
    /// `true`: a head stands over exactly this entry.
    static let head = "head"
    /// Name to digest (`Subject.digest`): these keys came with this entry.
    static let subjects = "subjects"
}

internal import CanonicalJSON
internal import Cryptography
import Exam
import Glibc
internal import Platform

/// The table at the beginning of an archive's file.
private struct Head: Codable {
    struct Part: Codable {
        let name: String
        let length: Int
        let sha256: String
    }

    static let currentFormat = 1
    static let partNames = ["attempts", "names", "answers", "times"]

    let format: Int
    let banks: [String]
    let programmes: [ProgrammeCode]
    let languages: [LanguageTag]
    let questions: [AnswerArchive.Question]
    let parts: [Part]
}

private let rowBytes = 64
/// Behind the mark, the head's length and its digest.
private let headPlace = 48

extension AnswerArchive {
    static let mark = Array("KTARCH1\n".utf8)

    /// Whether a file begins as an archive does.
    static func isArchive(_ beginning: some Collection<UInt8>) -> Bool { beginning.starts(with: mark) }

    /// Writes the file; after a failure the one that was there before is there still.
    ///
    /// - Returns: the archive's digest, hexadecimal.
    public func write(to path: String) throws -> String {
        let attempts = packedRows()
        func part(_ name: String, _ bytes: UnsafeRawBufferPointer) -> Head.Part {
            var hash = SHA256()
            hash.update(bytes)
            return .init(name: name, length: bytes.count, sha256: hexadecimal(hash.finish()))
        }
        let parts = [
            attempts.withUnsafeBytes { part("attempts", $0) }, names.withUnsafeBytes { part("names", $0) },
            words.withUnsafeBytes { part("answers", $0) }, times.withUnsafeBytes { part("times", $0) },
        ]
        let head = try JSONCoder.encode(
            Head(
                format: Head.currentFormat, banks: banks, programmes: programmes, languages: languages,
                questions: questions, parts: parts))
        let digest = sha256(head)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: head.count >> (56 - 8 * $0)) }
        try AtomicFile.write(to: path) { (file) throws(SystemError) in
            var place = 0
            func put(_ bytes: UnsafeRawBufferPointer) -> SystemError? {
                do throws(SystemError) {
                    try file.write(bytes, at: place)
                    place = Self.aligned(place + bytes.count)
                    return nil
                } catch { return error }
            }
            let failure =
                (Self.mark + length + digest + head).withUnsafeBytes(put) ?? attempts.withUnsafeBytes(put)
                ?? names.withUnsafeBytes(put) ?? words.withUnsafeBytes(put) ?? times.withUnsafeBytes(put)
            if let failure { throw failure }
        }
        return hexadecimal(digest)
    }

    /// Reads a file: every part is held against its digest, every number against its bounds.
    ///
    /// - Parameter withTimes: nobody who only counts points needs the times: they are then neither read nor verified.
    /// - Throws: `Unusable` for a file that is none, was cut short or was altered; `SystemError` when it is not read.
    public static func read(_ path: String, withTimes: Bool = true) throws -> (archive: AnswerArchive, digest: String) {
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        let size = try file.size()
        func wrong(_ problem: String) -> Unusable { Unusable(path, problem) }
        func read<Element: BitwiseCopyable>(_ type: Element.Type, _ what: String, at place: Int, bytes: Int) throws
            -> [Element]
        {
            guard place + bytes <= size else {
                throw wrong("cut short in its \(what): \(place + bytes) bytes wanted, \(size) there; copy it again")
            }
            var failure: SystemError?
            let elements = [Element](unsafeUninitializedCapacity: bytes / MemoryLayout<Element>.stride) {
                buffer, count in
                do throws(SystemError) {
                    let raw = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<bytes])
                    count = try file.read(into: raw, at: place) == bytes ? bytes / MemoryLayout<Element>.stride : 0
                } catch { failure = error }
            }
            if let failure { throw failure }
            guard elements.count * MemoryLayout<Element>.stride == bytes else {
                throw wrong("cut short in its \(what) while it was read; copy it again")
            }
            return elements
        }

        let beginning = try read(UInt8.self, "beginning", at: 0, bytes: min(headPlace, size))
        guard isArchive(beginning) else { throw wrong("no archive of answers; `kaotai result archive` makes one") }
        guard beginning.count == headPlace else {
            throw wrong("cut short in its beginning: \(size) bytes; copy it again")
        }
        let headLength = beginning[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard headLength <= UInt64(size) else {
            throw wrong("cut short in its head: \(headLength) bytes wanted, \(size) there; copy it again")
        }
        let headBytes = try read(UInt8.self, "head", at: headPlace, bytes: Int(headLength))
        guard sha256(headBytes) == Array(beginning[16...]) else { throw wrong("its head was altered; copy it again") }
        let head: Head
        do { head = try JSONCoder.decode(Head.self, from: headBytes) } catch {
            throw wrong("its head is none: \(JSONCoder.explain(error))")
        }
        guard head.format == Head.currentFormat else {
            throw wrong("an archive of format \(head.format), this program reads format \(Head.currentFormat)")
        }
        guard head.parts.map(\.name) == Head.partNames else {
            throw wrong("its head names other parts than an archive has")
        }
        guard head.parts.allSatisfy({ $0.length >= 0 && $0.length <= size }) else {
            let wanted = head.parts.map(\.length).max() ?? 0
            throw wrong("cut short: a part of \(wanted) bytes is wanted, \(size) bytes are there; copy it again")
        }
        var place = headPlace + Int(headLength)
        func part<Element: BitwiseCopyable>(_ type: Element.Type, _ number: Int) throws -> [Element] {
            let part = head.parts[number]
            if part.length == 0 { return [] }
            place = aligned(place)
            defer { place += part.length }
            if part.name == "times" && !withTimes { return [] }
            guard part.length % MemoryLayout<Element>.stride == 0 else {
                throw wrong("its \(part.name) end in the middle of one")
            }
            let elements = try read(type, part.name, at: place, bytes: part.length)
            var hash = SHA256()
            elements.withUnsafeBytes { hash.update($0) }
            guard hexadecimal(hash.finish()) == part.sha256 else {
                throw wrong("altered: its \(part.name) are not those that were written; copy it again")
            }
            return elements
        }
        var archive = AnswerArchive()
        archive.banks = head.banks
        archive.programmes = head.programmes
        archive.languages = head.languages
        archive.questions = head.questions
        let attempts = try part(UInt8.self, 0)
        archive.names = try part(UInt8.self, 1)
        archive.words = try part(UInt32.self, 2)
        archive.times = try part(UInt16.self, 3)
        guard place == size else { throw wrong("\(size - place) bytes too long; copy it again") }
        archive.rows = unpackedRows(attempts)
        if let problem = archive.problem { throw wrong(problem) }
        return (archive, hexadecimal(beginning[16...]))
    }

    private static func aligned(_ place: Int) -> Int { (place + 63) / 64 * 64 }

    private func packedRows() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows.count * rowBytes)
        func put(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        for row in rows {
            for word in [row.result.0, row.result.1, row.result.2, row.result.3] { put(word) }
            put(UInt64(row.first))
            put(row.count)
            put(row.bank)
            put(row.programme)
            put(row.language)
            put(row.endedBy)
            for number in [row.score, row.full, row.passMark, row.pointsEach] { put(number) }
            put(row.name)
            put(row.nameLength)
            put(UInt16(0))
        }
        return bytes
    }

    private static func unpackedRows(_ bytes: [UInt8]) -> [Row] {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / rowBytes).map { number in
                let base = number * rowBytes
                func take<Number: FixedWidthInteger & BitwiseCopyable>(_ type: Number.Type, _ offset: Int) -> Number {
                    Number(littleEndian: raw.loadUnaligned(fromByteOffset: base + offset, as: type))
                }
                var row = Row()
                row.result = (take(UInt64.self, 0), take(UInt64.self, 8), take(UInt64.self, 16), take(UInt64.self, 24))
                row.first = Int(truncatingIfNeeded: take(UInt64.self, 32))
                row.count = take(UInt16.self, 40)
                row.bank = take(UInt16.self, 42)
                row.programme = take(UInt16.self, 44)
                row.language = take(UInt8.self, 46)
                row.endedBy = take(UInt8.self, 47)
                row.score = take(UInt16.self, 48)
                row.full = take(UInt16.self, 50)
                row.passMark = take(UInt16.self, 52)
                row.pointsEach = take(UInt16.self, 54)
                row.name = take(UInt32.self, 56)
                row.nameLength = take(UInt16.self, 60)
                return row
            }
        }
    }

    /// What would make later work read beyond its bounds; nil for an archive that is in order.
    private var problem: String? {
        var next = 0
        for (number, row) in rows.enumerated() {
            guard row.first == next, row.count > 0, Int(row.bank) < banks.count, Int(row.programme) < programmes.count,
                Int(row.language) < languages.count, Int(row.endedBy) < Self.endings.count, row.pointsEach > 0,
                Int(row.full) == Int(row.count) * Int(row.pointsEach),
                Int(row.name) + Int(row.nameLength) <= names.count
            else { return "attempt \(number + 1) of \(rows.count) points at what is not there" }
            next += Int(row.count)
        }
        if next != words.count { return "its attempts have \(next) answers, \(words.count) are there" }
        if hasTimes && times.count != words.count { return "\(times.count) times for \(words.count) answers" }
        if questions.contains(where: { !banks.indices.contains($0.bank) }) {
            return "a question of a bank that is not there"
        }
        let highest = words.reduce(0, max) >> 12
        if !words.isEmpty && Int(highest) >= questions.count {
            return "an answer to question \(highest), which is not there"
        }
        return nil
    }
}

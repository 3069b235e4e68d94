internal import CanonicalJSON
public import Cryptography
internal import Exam
internal import Ledger
internal import Platform

/// Reads answers in every form in which they are kept: signed results with their answers files, copies of journals, and
/// archives.
public struct AnswerSources: Sendable {
    /// What was read besides the answers.
    public struct Reading: Sendable {
        public let archive: AnswerArchive
        /// What errors call the answers: the file, or how many there were.
        public let name: String
        /// Attempts in journals that have no result.
        public let unfinished: Int
    }

    private let trust: JWKS?
    private let answersFolder: String?
    private let withTimes: Bool

    /// - Parameters:
    ///   - trust: the keys that may have signed results; without them no signature is looked at.
    ///   - answersFolder: where the answers files are; nil to look beside each result and in `../answers`.
    public init(trust: JWKS?, answersFolder: String? = nil, withTimes: Bool = true) {
        self.trust = trust
        self.answersFolder = answersFolder
        self.withTimes = withTimes
    }

    /// - Parameter progress: is told how many files were read.
    /// - Throws: `Unusable` naming file and place.
    public func read(_ paths: [String], progress: (Int) -> Void = { _ in }) throws -> Reading {
        var builder = AnswerArchiveBuilder()
        var unfinished = 0
        for (number, path) in paths.enumerated() {
            let beginning = try Self.beginning(of: path)
            if AnswerArchive.isArchive(beginning) {
                let archive = try AnswerArchive.read(path, withTimes: withTimes).archive
                if paths.count == 1 { return Reading(archive: archive, name: path, unfinished: 0) }
                try builder.add(contentsOf: archive, from: path)
            } else if beginning.starts(with: Array("SQLite format 3\0".utf8)) {
                unfinished += try readJournal(path, into: &builder)
            } else {
                try builder.add(try readResult(path), from: path)
            }
            progress(number + 1)
        }
        let name = paths.count == 1 ? paths[0] : "the answers of \(paths.count) files"
        return Reading(archive: builder.finish(), name: name, unfinished: unfinished)
    }

    private static func beginning(of path: String) throws(SystemError) -> [UInt8] {
        let file = try FileDescriptor(path: path, flags: 0)
        var bytes = [UInt8](repeating: 0, count: 16)
        var failure: SystemError?
        let count = bytes.withUnsafeMutableBytes { buffer in
            do throws(SystemError) { return try file.read(into: buffer, at: 0) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return Array(bytes[..<count])
    }

    // MARK: results with their answers files

    private func readResult(_ path: String) throws -> AnsweredAttempt {
        let text = String(decoding: try readFile(path), as: UTF8.self)
        let compact = text.filter { !$0.isWhitespace }
        let result = try payload(of: compact, from: path)
        let answers = try answersFile(of: path)
        let responses: [Response]
        do { responses = try JSONCoder.decode([Response].self, from: try readFile(answers)) } catch let error
            as SystemError
        {
            throw error
        } catch {
            throw Unusable(answers, "not the answers of an attempt, or cut short: \(JSONCoder.explain(error))")
        }
        let digest = base64url(sha256(try JSONCoder.encode(responses)))
        guard digest == result.responses else {
            throw Unusable(
                answers,
                "not the answers that \(path) was signed over: their digest is \(digest), the result says \(result.responses)"
            )
        }
        return AnsweredAttempt(result, result: sha256(Array(compact.utf8)), responses: responses)
    }

    private func payload(of compact: String, from place: String) throws(Unusable) -> ExamResult {
        do {
            let bytes = try trust.map { try JWS.verify(compact, keys: $0) } ?? JWS.unverifiedPayload(compact)
            return try JSONCoder.decode(ExamResult.self, from: bytes)
        } catch {
            throw Unusable(place, "no result that counts: \(JSONCoder.explain(error))")
        }
    }

    private func answersFile(of path: String) throws(Unusable) -> String {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let file = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let name = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
        let places =
            answersFolder.map { ["\($0)/\(name).json"] } ?? [
                "\(folder)/\(name).json", "\(folder)/../answers/\(name).json",
            ]
        guard let found = places.first(where: fileExists) else {
            throw Unusable(path, "its answers are missing; looked for \(places.joined(separator: " and "))")
        }
        return found
    }

    // MARK: journals

    /// - Returns: how many attempts have no result.
    private func readJournal(_ path: String, into builder: inout AnswerArchiveBuilder) throws -> Int {
        let report = try JournalVerifier.verify(path: path, trust: trust)
        if let problem = report.problems.first { throw Unusable(path, problem) }
        var open: [String: JournalledAttempt] = [:]
        var finished: [(AnsweredAttempt, Int)] = []
        try JournalVerifier.forEach(path: path) { entry in
            guard let kind = AttemptEntryKind(rawValue: entry.kind) else { return }
            do {
                if kind == .result, let attempt = open.removeValue(forKey: entry.stream) {
                    let jws = try entry.decode(AttemptEntry.ResultIssued.self).jws
                    let result = try payload(of: jws, from: "\(path), entry \(entry.sequence)")
                    finished.append((try attempt.answered(result, digest: sha256(Array(jws.utf8))), entry.sequence))
                } else if kind == .opened || open[entry.stream] != nil {
                    try open[entry.stream, default: JournalledAttempt()].take(entry, kind)
                }
            } catch let error as Unusable {
                throw error.place.isEmpty ? Unusable("\(path), entry \(entry.sequence)", error.problem) : error
            } catch {
                throw Unusable("\(path), entry \(entry.sequence)", JSONCoder.explain(error))
            }
        }
        for (attempt, sequence) in finished { try builder.add(attempt, from: "\(path), entry \(sequence)") }
        return open.count
    }
}

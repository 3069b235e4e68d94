internal import CanonicalJSON
internal import Cryptography
internal import Glibc
internal import Hall
internal import Ledger
internal import Measurement
internal import Platform

/// Files that somebody else may have written or damaged.
enum StoredFuzzing {
    /// As exported lines, and as the file itself.
    static func verifyJournal(_ bytes: [UInt8]) {
        var check = ChainCheck()
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            guard let entry = try? Entry(line: String(decoding: line, as: UTF8.self)) else { continue }
            precondition(
                (try? Entry(line: entry.line)) == entry, "an entry's line reads otherwise once it is written")
            _ = check.problem(with: entry)
            _ = try? ChainCheck.body(of: entry)
        }
        inFile(bytes, "journal") { path in
            do throws(JournalError) {
                let report = try JournalVerifier.verify(path: path)
                precondition(
                    report.entries >= 0 && report.problems.allSatisfy { !$0.isEmpty }, "a problem without words")
            } catch {
                precondition(!error.description.isEmpty, "a refusal without words")
            }
        }
    }

    static func readConfiguration(_ bytes: [UInt8]) {
        do {
            let configuration = try JSONCoder.decode(HallConfiguration.self, from: bytes)
            precondition(configuration.problems.allSatisfy { $0.contains(" ") }, "a problem without words")
        } catch {
            precondition(!JSONCoder.explain(error).isEmpty, "a refusal without words")
        }
    }

    /// The file, and a head (a JSON object) with the digest that it must have.
    static func openArchive(_ bytes: [UInt8]) {
        read(bytes)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: bytes.count >> (56 - 8 * $0)) }
        read(Array("KTARCH1\n".utf8) + length + sha256(bytes) + bytes + [UInt8](repeating: 0, count: 256))
    }

    private static func read(_ bytes: [UInt8]) {
        inFile(bytes, "archive") { path in
            do {
                let (archive, digest) = try AnswerArchive.read(path)
                precondition(digest.count == 64, "an archive without its digest")
                for place in 0..<min(archive.count, 100) {
                    _ = archive.attempt(place)
                    _ = archive.result(place)
                }
            } catch {
                precondition(!String(describing: error).isEmpty, "a refusal without words")
            }
        }
    }

    static func readCorrection(_ bytes: [UInt8]) {
        do throws(Unusable) {
            let correction = try KeyCorrection(json: bytes, name: "correction.json")
            precondition(correction.decidedBy.count == 2 && !correction.reason.isEmpty, "one person, or no reason")
        } catch {
            precondition(error.description.contains("correction.json"), "a refusal that names no file")
        }
    }

    /// SQLite and archives are read from a path: one in memory.
    private static func inFile(_ bytes: [UInt8], _ name: String, _ body: (String) -> Void) {
        let path = "/dev/shm/kaotai-fuzz-\(getpid())-\(name)"
        let file = fopen(path, "w")
        precondition(file != nil, "no file in memory: \(errno)")
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
        defer { unlink(path) }
        body(path)
    }
}

import CanonicalJSON
import Cryptography
import Glibc
import Platform
import QuestionBank

/// `Provisioning/audit/verify.py` in one process, which is handed files by name and answers each with a line.
public final class OutsideVerifier {
    private let process: ChildProcess
    private var input: FileDescriptor?
    private let output: FileDescriptor
    private var rest: [UInt8] = []

    /// - Parameter folder: where the keys and anchors are written for it.
    public init(for day: SmallDay, folder: String) throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        try AtomicFile.write(try JSONCoder.encode(day.trust), to: "\(folder)/trust.jwks")
        try AtomicFile.write(day.anchors.joined(separator: "\n") + "\n", to: "\(folder)/anchors.jws")
        try Self.write(day.bank, to: "\(folder)/bank")
        func makePipe() throws -> (read: FileDescriptor, write: FileDescriptor) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw SystemError("pipe") }
            return (FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1]))
        }
        let (down, up) = (try makePipe(), try makePipe())
        process = try ChildProcess(
            "python3",
            [
                "\(root)/Provisioning/audit/verify.py", "--trust", "\(folder)/trust.jwks", "--anchor",
                "\(folder)/anchors.jws", "--bank", "\(folder)/bank", "--batch",
            ],
            descriptors: [0: down.read.raw, 1: up.write.raw, 2: 2])
        input = down.write
        output = up.read
    }

    deinit {
        // The end of its input is its own.
        input = nil
        process.wait()
    }

    /// What it says of a journal.
    public struct Verdict: Decodable, Sendable {
        public let good: Bool
        /// Scores that it counted again by the bank's keys.
        public let recounted: Int
    }

    /// The bank as `kaotai bank open` leaves it for an auditor.
    private static func write(_ bank: BankContents, to folder: String) throws {
        for name in ["items", "answers", "pictures"] { try makeDirectory("\(folder)/\(name)") }
        for (id, item) in bank.items {
            try AtomicFile.write(try JSONCoder.encode(item), to: "\(folder)/items/\(id).json")
        }
        for (id, key) in bank.keys {
            try AtomicFile.write(try JSONCoder.encode(key.sorted()), to: "\(folder)/answers/\(id).json")
        }
        for (digest, png) in bank.pictures { try AtomicFile.write(png, to: "\(folder)/pictures/\(digest).png") }
        try AtomicFile.write(try JSONCoder.encode(bank.index), to: "\(folder)/index.json")
    }

    public func isGood(_ path: String) throws -> Bool { try verdict(on: path).good }

    /// Its verdict on a journal.
    public func verdict(on path: String) throws -> Verdict {
        try input?.write(Array("\(path)\n".utf8))
        while true {
            if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(rest[..<end])
                rest.removeFirst(end + 1)
                return try JSONCoder.decode(Verdict.self, from: line)
            }
            var bytes = [UInt8](repeating: 0, count: 65_536)
            let count = retrying { read(output.raw, &bytes, bytes.count) }
            guard count > 0 else { throw Failure(.badData, "verify.py ended") }
            rest += bytes[..<count]
        }
    }
}

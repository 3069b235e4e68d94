import Glibc

/// A system call that failed, with what it was for.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    public let code: Int32
    public let operation: String

    public init(code: Int32, _ operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The call that failed just now, by `errno`.
    public init(_ operation: String) { self.init(code: errno, operation) }

    public var description: String { "\(operation): \(String(cString: strerror(code)))" }
    public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }
}

import Glibc

/// Lines on standard error with the syslog priority that systemd's journal reads.
public enum Log {
    public enum Level: Int, Sendable { case error = 3, warning = 4, notice = 5, info = 6, debug = 7 }

    /// The last level that is written; a simulation of ten thousand days lowers it.
    package static let written = Guarded<Level?>(.debug)

    /// Hears every line, written or not: what goes wrong in a test must not go wrong in silence.
    package static let listener = Guarded<(@Sendable (Level, String) -> Void)?>(nil)

    public static func write(_ level: Level, _ message: String) {
        listener.withLock { $0 }?(level, message)
        guard let last = written.withLock({ $0 }), level.rawValue <= last.rawValue else { return }
        let line =
            "<\(level.rawValue)>"
            + message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ⏎ ") + "\n"
        standardError(line)
    }

    public static func error(_ message: String) { write(.error, message) }
    public static func warning(_ message: String) { write(.warning, message) }
    public static func notice(_ message: String) { write(.notice, message) }
    public static func info(_ message: String) { write(.info, message) }
}

/// Text for a person, on standard error.
public func standardError(_ text: String) { put(text, 2) }
/// A result, on standard output.
public func standardOutput(_ text: String) { put(text, 1) }

private func put(_ text: String, _ descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let count = bytes.withUnsafeBytes { buffer in
            retrying { Glibc.write(descriptor, buffer.baseAddress!, buffer.count) }
        }
        if count <= 0 { return }
        bytes = bytes.dropFirst(count)
    }
}

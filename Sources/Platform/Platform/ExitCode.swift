import Glibc

/// The sysexits codes that all programs use.
public enum ExitCode: Int32, Sendable {
    case done = 0
    /// Checked and found wrong.
    case foundWrong = 1
    case usage = 64
    case badData = 65
    case unavailable = 69
    case inputOutput = 74
    case notPermitted = 77
    case badConfiguration = 78
}

/// What ends a program with a code and a sentence for the person who started it.
public struct Failure: Error, Sendable, CustomStringConvertible {
    public let code: ExitCode
    public let message: String

    public init(_ code: ExitCode, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// Runs a program's work and exits with the code its end calls for.
public func runProgram(_ name: String, _ work: @Sendable () async throws -> ExitCode) async -> Never {
    do {
        exit(try await work().rawValue)
    } catch let failure as Failure {
        standardError("\(name): \(failure.message)\n")
        exit(failure.code.rawValue)
    } catch let error as SystemError {
        standardError("\(name): \(error)\n")
        exit(ExitCode.inputOutput.rawValue)
    } catch {
        standardError("\(name): \(error)\n")
        exit(ExitCode.badData.rawValue)
    }
}

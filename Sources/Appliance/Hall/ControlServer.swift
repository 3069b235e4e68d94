public import CanonicalJSON
import Glibc
import Platform

/// The operators' socket: only root and the daemon's own user are heard.
enum ControlServer {
    static func listen(
        _ path: String, answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
    ) throws(SystemError) -> FrameListener {
        let executor = QueueExecutor(label: "control")
        return try FrameListener(path: path, on: executor.queue) { descriptor, peer in
            guard peer.user == 0 || peer.user == getuid() else {
                Log.warning("user \(peer.user) is not allowed to operate this hall")
                return
            }
            Operator(descriptor, executor: executor, answer: answer).start()
        }
    }

    private final class Operator: Sendable {
        private let connection = Guarded<FrameConnection?>(nil)

        init(
            _ descriptor: FileDescriptor, executor: QueueExecutor,
            answer: @escaping @Sendable (ControlRequest) async -> ControlAnswer
        ) {
            let made = FrameConnection(
                descriptor, on: executor.queue,
                onFrame: { frame in
                    Task {
                        var reply: ControlAnswer
                        do {
                            reply = await answer(try JSONCoder.decode(ControlRequest.self, from: frame))
                        } catch {
                            reply = ControlAnswer(error: JSONCoder.explain(error))
                        }
                        if let bytes = try? JSONCoder.encode(reply) { self.connection.withLock { $0 }?.send(bytes) }
                    }
                },
                onEnd: { _ in self.connection.withLock { $0 = nil } })
            connection.withLock { $0 = made }
        }

        func start() { connection.withLock { $0 }?.start() }
    }
}

/// A command's side of the operators' socket.
public enum ControlClient {
    /// Asks the daemon and waits for its answer.
    ///
    /// - Throws: `Failure` with code 69 when no daemon answers, or with what the daemon says is wrong.
    public static func ask(_ request: ControlRequest, socket: String) throws -> JSONValue {
        let answer: ControlAnswer
        do {
            let connection = try BlockingFrames(path: socket)
            try connection.send(try JSONCoder.encode(request))
            answer = try JSONCoder.decode(ControlAnswer.self, from: try connection.receive(milliseconds: 60_000))
        } catch let error as SystemError {
            throw Failure(.unavailable, "\(socket): no daemon answers there (\(error)); is kaotaid running?")
        }
        if let error = answer.error {
            throw Failure(answer.code.flatMap(ExitCode.init(rawValue:)) ?? .unavailable, error)
        }
        return answer.value ?? .null
    }
}

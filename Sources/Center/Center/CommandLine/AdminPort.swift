import CanonicalJSON
import Ledger
public import Platform

extension Center {
    /// Does what a command says; failures come back as words, too.
    public func perform(_ command: AdminCommand) async -> AdminAnswer {
        do {
            switch command {
            case .token(let appliance, let hours):
                let (token, expires) = try await makeToken(appliance: appliance, hours: hours)
                return .token(token: token, expires: expires)
            case .appliances:
                var list: [ApplianceSummary] = []
                for record in try await store.appliances() {
                    list.append(
                        ApplianceSummary(
                            id: record.id, enrolledAt: record.enrolledAt,
                            sequence: try await store.tip(record.id).sequence,
                            fingerprint: hexadecimal(record.fingerprint)))
                }
                return .appliances(list: list)
            case .book(let appliance, let bookings):
                let done = try await book(bookings, appliance: appliance)
                return .booked(appliance: done.appliance, new: done.new, changed: done.changed, same: done.same)
            case .results(let after):
                // What came this moment is looked at first, so that the list says what a receipt promised.
                try await projector.settle()
                let page = try await store.results(after: after, limit: 200)
                return .results(list: page.map(\.result), last: page.last?.row ?? after)
            case .warnings:
                return .warnings(list: try await store.warnings())
            case .trust:
                return .trust(keys: try await trust())
            case .receipts(let appliance):
                return .receipts(list: try await receipts(of: appliance))
            case .erase(let kind, let number, let reason, let appliance):
                return .erasing(
                    subjects: try await erase(kind: kind, number: number, reason: reason, appliance: appliance))
            case .addBank(let path):
                let digest = try banks.add(path)
                try await projector.lookAgain()
                return .bank(digest: digest)
            case .releaseBank(let digest, let appliance, let all):
                return .released(appliances: try await release(digest, appliance: appliance, all: all))
            case .stateClock(let minutes, let appliance, let all):
                return .stated(appliances: try await stateClock(minutes: minutes, appliance: appliance, all: all))
            }
        } catch let failure as Failure {
            return .failed(code: failure.code.rawValue, message: failure.message)
        } catch let error as SystemError {
            return .failed(code: ExitCode.inputOutput.rawValue, message: error.description)
        } catch {
            return .failed(code: ExitCode.badData.rawValue, message: "\(error)")
        }
    }
}

/// The socket at which a running center answers its command line.
public final class AdminPort: Sendable {
    private let executor = QueueExecutor(label: "center.control")
    private let state = Guarded<(listener: FrameListener?, connections: [ObjectIdentifier: FrameConnection])>(
        (nil, [:]))
    private let center: Center

    public init(path: String, center: Center) throws(SystemError) {
        self.center = center
        let listener = try FrameListener(path: path, on: executor.queue) { [weak self] descriptor, _ in
            self?.accept(descriptor)
        }
        state.withLock { $0.listener = listener }
    }

    public func close() {
        let open = state.withLock { state in
            state.listener = nil
            return Array(state.connections.values)
        }
        for connection in open { connection.close() }
    }

    private func accept(_ descriptor: FileDescriptor) {
        final class Slot: Sendable { let connection = Guarded<FrameConnection?>(nil) }
        let slot = Slot()
        let connection = FrameConnection(
            descriptor, on: executor.queue,
            onFrame: { [center] frame in
                Task {
                    let answer = await AdminPort.answer(frame, center)
                    slot.connection.withLock { $0 }?.send(answer)
                }
            },
            onEnd: { [weak self] _ in
                let ended = slot.connection.withLock { slot in
                    defer { slot = nil }
                    return slot
                }
                if let ended {
                    self?.state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(ended)) }
                }
            })
        slot.connection.withLock { $0 = connection }
        state.withLock { $0.connections[ObjectIdentifier(connection)] = connection }
        connection.start()
    }

    private static func answer(_ frame: [UInt8], _ center: Center) async -> [UInt8] {
        let answer: AdminAnswer
        do {
            answer = await center.perform(try JSONCoder.decode(AdminCommand.self, from: frame))
        } catch {
            answer = .failed(code: ExitCode.usage.rawValue, message: "no command: \(JSONCoder.explain(error))")
        }
        let bytes = (try? JSONCoder.encode(answer)) ?? []
        guard bytes.count <= FrameDecoder.limit, !bytes.isEmpty else {
            let failed = AdminAnswer.failed(code: ExitCode.inputOutput.rawValue, message: "the answer is too long")
            return (try? JSONCoder.encode(failed)) ?? []
        }
        return bytes
    }
}

/// A center as the command line reaches it: the one that runs, or the store opened for this command.
public actor CenterAccess {
    private enum Way {
        case running(BlockingFrames)
        case opened(Center)
    }

    /// Waiting for the running center blocks, so it has a queue of its own.
    private nonisolated let executor = QueueExecutor(label: "center.access")
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
    private let way: Way
    public nonisolated let isRunning: Bool

    public init(_ configuration: CenterConfiguration) throws {
        if let frames = try? BlockingFrames(path: configuration.control) {
            way = .running(frames)
            isRunning = true
        } else {
            way = .opened(try Center(configuration))
            isRunning = false
        }
    }

    /// - Throws: `Failure` with the code and words of what went wrong.
    public func perform(_ command: AdminCommand) async throws -> AdminAnswer {
        let answer: AdminAnswer
        switch way {
        case .running(let frames):
            try frames.send(try JSONCoder.encode(command))
            answer = try JSONCoder.decode(AdminAnswer.self, from: try frames.receive(milliseconds: 60_000))
        case .opened(let center):
            answer = await center.perform(command)
        }
        if case .failed(let code, let message) = answer {
            throw Failure(ExitCode(rawValue: code) ?? .badData, message)
        }
        return answer
    }
}

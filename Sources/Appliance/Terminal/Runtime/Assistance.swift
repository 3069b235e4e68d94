import CanonicalJSON
import Dispatch
import Display
import Platform
import TerminalLink

/// Tells whoever connects what is on the screen and where, once after every scene.
final class Assistance: Sendable {
    private struct State {
        var listener: FrameListener?
        var listeners: [Int: FrameConnection] = [:]
        var count = 0
        var last: [UInt8]?
    }

    private let state = Guarded(State())

    init(path: String, on queue: DispatchQueue) throws(SystemError) {
        let listener = try FrameListener(path: path, on: queue) { [weak self] descriptor, _ in
            self?.add(descriptor, on: queue)
        }
        state.withLock { $0.listener = listener }
    }

    private func add(_ descriptor: FileDescriptor, on queue: DispatchQueue) {
        let number = state.withLock { state in
            state.count += 1
            return state.count
        }
        let connection = FrameConnection(
            descriptor, on: queue, onFrame: { _ in },
            onEnd: { [weak self] _ in self?.state.withLock { $0.listeners[number] = nil } })
        let last = state.withLock { state in
            state.listeners[number] = connection
            return state.last
        }
        connection.start()
        if let last { connection.send(last) }
    }

    func tell(_ presented: Presented) {
        guard let bytes = try? JSONCoder.encode(presented), bytes.count <= FrameDecoder.limit else { return }
        let listeners = state.withLock { state in
            state.last = bytes
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.send(bytes) }
    }
}

extension Page {
    /// Where the controls stand.
    var places: [Presented.Place] {
        targets.compactMap { target in
            let name: String
            switch target.action {
            case .control(let control): name = control.name
            case .draw: name = "pad"
            case .clear: return nil
            }
            return Presented.Place(
                control: name, x: target.frame.x, y: target.frame.y, width: target.frame.width,
                height: target.frame.height)
        }
    }
}

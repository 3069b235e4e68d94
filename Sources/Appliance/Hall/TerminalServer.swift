import CanonicalJSON
import Dispatch
import Platform
import TerminalLink

/// The sockets of the hall's terminals: one each, which alone says whose frames come over it.
final class TerminalServer: Sendable {
    private let listeners: [FrameListener]

    /// - Parameter queue: the one that the hall runs on.
    init(_ places: [HallConfiguration.TerminalPlace], hall: Hall, queue: DispatchQueue) throws(SystemError) {
        var listeners: [FrameListener] = []
        for place in places {
            let name = place.name
            listeners.append(
                try FrameListener(path: place.socket, on: queue) { descriptor, peer in
                    Log.info("terminal \(name) connected (process \(peer.process), user \(peer.user))")
                    hall.assumeIsolated { _ = TerminalConnection(descriptor, name: name, hall: $0, queue: queue) }
                })
        }
        self.listeners = listeners
    }
}

/// One connected terminal. What it sends reaches the hall on the hall's own queue, in order.
final class TerminalConnection: TerminalOutput, Sendable {
    private let connection = Guarded<FrameConnection?>(nil)

    init(_ descriptor: FileDescriptor, name: String, hall: isolated Hall, queue: DispatchQueue) {
        let actor = hall
        let connection = FrameConnection(
            descriptor, on: queue,
            onFrame: { frame in
                actor.assumeIsolated { hall in
                    do {
                        hall.receive(try JSONCoder.decode(FromTerminal.self, from: frame), from: name)
                    } catch {
                        hall.badFrame(JSONCoder.explain(error), from: name)
                        self.close()
                    }
                }
            },
            onEnd: { end in
                actor.assumeIsolated { hall in
                    if case .tooLong(let length) = end {
                        hall.badFrame("a frame of \(length) bytes, at most \(FrameDecoder.limit) are taken", from: name)
                    }
                    hall.disconnect(name, output: self)
                }
                // The handlers hold this object, and this object the connection: the circle ends here.
                self.connection.withLock { $0 = nil }
            })
        self.connection.withLock { $0 = connection }
        hall.connect(name, output: self)
        connection.start()
    }

    func send(_ frame: ToTerminal) {
        do {
            let bytes = try JSONCoder.encode(frame)
            connection.withLock { $0 }?.send(bytes)
        } catch {
            preconditionFailure("a frame of ours is no document: \(error)")
        }
    }

    func close() { connection.withLock { $0 }?.close() }
}

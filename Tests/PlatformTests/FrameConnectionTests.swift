import Dispatch
import Platform
import Testing

@Suite struct FrameConnectionTests {
    /// How a connection ended whose peer took nothing and went away while frames waited for it.
    private func end(waiting: Int, ofBytes size: Int) async throws -> FrameConnection.End? {
        var pair: (ours: FileDescriptor, theirs: FileDescriptor)? = try UnixSocket.pair()
        let queue = QueueExecutor(label: "test.frames").queue
        let (ends, ended) = AsyncStream<FrameConnection.End>.makeStream()
        let connection = FrameConnection(pair!.ours, on: queue, onFrame: { _ in }, onEnd: { ended.yield($0) })
        connection.start()
        for _ in 0..<waiting { connection.send([UInt8](repeating: 32, count: size)) }
        // The queue has seen that nothing more can be written.
        await withCheckedContinuation { done in queue.async { done.resume() } }
        pair = nil
        return await ends.first { _ in true }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a peer that goes away while frames wait for it is noticed`() async throws {
        #expect(try await end(waiting: 4, ofBytes: 1_000_000) != nil)
    }

    @Test(.timeLimit(.minutes(1)))
    func `a peer that goes away while nothing waits is noticed`() async throws {
        #expect(try await end(waiting: 0, ofBytes: 0) == .closedByPeer)
    }

    /// Drawing a slip takes a while: the last frame and the end of a daemon that was killed meanwhile come together.
    @Test(.timeLimit(.minutes(1)))
    func `a last frame and the end behind it are both taken, also when they come at once`() async throws {
        let (ours, theirs) = try UnixSocket.pair()
        let queue = QueueExecutor(label: "test.frames").queue
        let (events, happened) = AsyncStream<String>.makeStream()
        let connection = FrameConnection(
            ours, on: queue, onFrame: { happened.yield(String(decoding: $0, as: UTF8.self)) },
            onEnd: { happened.yield("\($0)") })
        // Nothing is read before both are there.
        queue.suspend()
        connection.start()
        var peer: FrameConnection? = FrameConnection(theirs, on: queue, onFrame: { _ in }, onEnd: { _ in })
        peer?.send(Array("the last frame".utf8))
        peer?.close()
        peer = nil
        queue.resume()
        var seen: [String] = []
        for await event in events {
            seen.append(event)
            if seen.count == 2 { break }
        }
        #expect(seen == ["the last frame", "closedByPeer"])
    }
}

/// The framing of every socket on the appliance: a length of four bytes, big-endian, then so many bytes.
public struct FrameDecoder: Sendable {
    /// The longest frame a peer may send.
    public static let limit = 1 << 20

    /// A peer that announces more than the limit; the stream cannot be followed any further.
    public struct TooLong: Error, Hashable, Sendable { public let length: Int }

    private var buffer: [UInt8] = []
    private var start = 0

    public init() {}

    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole frame, or nil until more bytes come.
    public mutating func next() throws(TooLong) -> [UInt8]? {
        guard buffer.count - start >= 4 else { return nil }
        let length = buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard length <= Self.limit else { throw TooLong(length: length) }
        guard buffer.count - start >= 4 + length else { return nil }
        let frame = Array(buffer[start + 4..<start + 4 + length])
        start += 4 + length
        return frame
    }

    /// A frame's bytes on the wire.
    public static func frame(_ payload: [UInt8]) -> [UInt8] {
        precondition(payload.count <= limit, "a frame of ours is longer than we take ourselves")
        let length = UInt32(payload.count)
        return [UInt8(length >> 24), UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255)] + payload
    }
}

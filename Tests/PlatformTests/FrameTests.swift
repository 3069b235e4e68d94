import Platform
import Testing

@Suite struct FrameTests {
    @Test func `frames cut anywhere come out whole and in order`() throws {
        let frames: [[UInt8]] = [[], [1], Array(repeating: 7, count: 300), [2, 3]]
        let stream = frames.flatMap(FrameDecoder.frame)
        for size in [1, 2, 3, 5, 64, stream.count] {
            var decoder = FrameDecoder()
            var got: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                decoder.append(stream[start..<min(start + size, stream.count)])
                while let frame = try decoder.next() { got.append(frame) }
            }
            #expect(got == frames)
        }
    }

    @Test func `a frame longer than the limit is refused before it is read`() {
        var decoder = FrameDecoder()
        decoder.append([0, 16, 0, 1])
        #expect(throws: FrameDecoder.TooLong.self) { try decoder.next() }
    }

    @Test func `base64url and hexadecimal give back what they took`() {
        for count in 0..<40 {
            let data = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 97 &+ count) }
            #expect(bytes(base64url: base64url(data)) == data)
            #expect(bytes(hexadecimal: hexadecimal(data)) == data)
        }
        #expect(bytes(base64url: "AA==") == nil)
        #expect(bytes(base64url: "AB") == nil)
    }
}

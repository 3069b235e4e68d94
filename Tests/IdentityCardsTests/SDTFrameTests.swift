import IdentityCards
import Testing

@Suite struct SDTFrameTests {
    @Test func `commands are the bytes that makers of readers publish`() {
        #expect(SDTCommand.findCard.frame == [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x01, 0x22])
        #expect(SDTCommand.selectCard.frame == [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x20, 0x02, 0x21])
        #expect(SDTCommand.readBase.frame == [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x03, 0x30, 0x01, 0x32])
        #expect(SDTCommand.readNewAddress.frame.suffix(5) == [0x00, 0x03, 0x30, 0x03, 0x30])
        #expect(SDTCommand.resetModule.frame.last == 0xEC)
    }

    @Test func `the published answer to finding a card is read`() throws {
        let bytes: [UInt8] = [0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x00, 0x08, 0x00, 0x00, 0x9F, 0, 0, 0, 0, 0x97]
        let answer = try SDTAnswer(frame: bytes)
        #expect(answer == SDTAnswer(status: .found, data: [0, 0, 0, 0]))
        #expect(answer.frame == bytes)
    }

    @Test func `a frame with base data has the published size`() throws {
        let file = CardFile(text: try sampleRecord(.resident).encoded(), photo: samplePhoto).encoded
        let frame = SDTAnswer(status: .done, data: file).frame
        #expect(frame.count == 1295)
        #expect(Array(frame[5..<7]) == [0x05, 0x08])
        #expect(try IdentityDocument(file: SDTAnswer(frame: frame).data).name == "测试甲")
    }

    @Test func `every corruption of a single byte is detected`() throws {
        let file = CardFile(text: try sampleRecord(.resident).encoded(), photo: samplePhoto).encoded
        let short = [SDTCommand.findCard.frame, SDTAnswer(status: .found, data: [0, 8, 0, 0]).frame]
        let long = SDTAnswer(status: .done, data: file).frame
        // All 255 changes of each byte of short frames; each bit and all bits at once in the long one.
        let changes = short.map { ($0, Array(1...255)) } + [(long, (0..<8).map { 1 << $0 } + [255])]
        for (frame, changes) in changes {
            var undetected = 0
            for place in frame.indices {
                for change in changes {
                    var wrong = frame
                    wrong[place] ^= UInt8(change)
                    if (try? SDTFrame.decode(wrong)) != nil { undetected += 1 }
                }
            }
            #expect(undetected == 0)
            #expect(throws: Never.self) { try SDTFrame.decode(frame) }
        }
    }

    @Test func `a frame cut anywhere or with more behind it is refused`() throws {
        let frame = SDTAnswer(status: .done, data: [1, 2, 3]).frame
        for count in 0..<frame.count {
            #expect(throws: SDTFrame.Fault.self) { try SDTFrame.decode(frame.prefix(count)) }
        }
        #expect(throws: SDTFrame.Fault.length(found: 8, announced: 7)) { try SDTFrame.decode(frame + [0]) }
    }

    @Test func `commands are known by their bodies`() throws {
        for command in SDTCommand.allCases {
            #expect(SDTCommand(body: try SDTFrame.decode(command.frame)) == command)
        }
        #expect(SDTCommand(body: [0x30, 0x10]) == nil)
    }
}

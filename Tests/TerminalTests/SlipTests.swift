import Platform
import TerminalLink
import Testing

@testable import Terminal

@Suite struct SlipTests {
    private func slip(jws: String) -> Slip {
        Slip(
            attempt: "attempt/7", language: "en", lines: [SlipLine(label: "slip.score", value: "93 / 100")],
            passed: true,
            signature: [[10, 10, 20, 20]], examiner: "waived", jws: jws)
    }

    @Test func `the slip is a PDF file, cut into frames that fit`() throws {
        let document = SlipDocument(
            slip(jws: String(repeating: "aB3-_.", count: 300)), kiosk: try Kiosk(folder: kioskFolder))
        let parts = document.parts()
        #expect(parts.map(\.part) == Array(0..<parts.count))
        #expect(
            parts.allSatisfy { $0.parts == parts.count && $0.attempt == "attempt/7" && $0.data.utf8.count < 1 << 20 })
        let file = parts.compactMap { bytes(base64url: $0.data) }.flatMap { $0 }
        #expect(String(decoding: file.prefix(5), as: UTF8.self) == "%PDF-")
        #expect(file.count > 5000)
    }

    @Test func `a result that fits stands alone in its code, a longer one in numbered parts`() {
        let ordinary = String(repeating: "x", count: 2400)
        #expect(SlipDocument.codes(of: ordinary) == [ordinary])
        let long = (0..<5000).map { String($0 % 10) }.joined()
        let parts = SlipDocument.codes(of: long)
        #expect(parts.count == 3)
        #expect(parts.map { String($0.prefix(6)) } == ["KT1/3:", "KT2/3:", "KT3/3:"])
        #expect(parts.map { String($0.dropFirst(6)) }.joined() == long)
        #expect(parts.allSatisfy { QRCode($0) != nil })
    }

    @Test func `a code has the finder patterns that every scanner looks for`() throws {
        let code = try #require(QRCode("eyJhbGciOiJFZERTQSJ9"))
        for (x, y) in [(0, 0), (code.width - 7, 0), (0, code.width - 7)] {
            let dark = (0..<7).map { row in (0..<7).map { code.isDark(x + $0, y + row) } }
            #expect(dark[0] == Array(repeating: true, count: 7))
            #expect(dark[1] == [true, false, false, false, false, false, true])
            #expect(dark[3] == [true, false, true, true, true, false, true])
        }
        #expect(QRCode(String(repeating: "x", count: 4000)) == nil)
    }
}

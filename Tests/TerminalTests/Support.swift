import Display
import Glibc
import Platform
import TerminalLink
import Testing

@testable import Terminal

/// The kiosk folder of this repository.
let kioskFolder = String(#filePath.prefix(upTo: #filePath.range(of: "/Tests/TerminalTests")!.lowerBound)) + "/Kiosk"

extension String {
    fileprivate func range(of part: String) -> Range<String.Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(part) { return start..<index(start, offsetBy: part.count) }
            start = index(after: start)
        }
        return nil
    }
}

struct Panel: Sendable, CustomTestStringConvertible {
    var width: Int
    var height: Int
    var size: PanelSize
    var testDescription: String { "\(width)x\(height)" }

    static let all = [
        Panel(width: 1024, height: 768, size: PanelSize(widthMM: 304, heightMM: 228)),
        Panel(width: 1280, height: 800, size: PanelSize(widthMM: 331, heightMM: 207)),
        Panel(width: 1920, height: 1080, size: PanelSize(widthMM: 476, heightMM: 268)),
    ]
}

func makeRenderer(_ panel: Panel = Panel.all[0]) throws -> ScreenRenderer {
    ScreenRenderer(
        kiosk: try Kiosk(folder: kioskFolder), geometry: ScanoutGeometry(width: panel.width, height: panel.height),
        panel: panel.size)
}

let someMoment = Moment(boot: 1_000_000, timeOfDay: "09:41")

/// A question with one option chosen or none.
func questionScene(
    revision: Int = 1, number: Int = 5, chosen: Int? = nil, committed: Bool = false, verdict: Screen.Verdict? = nil,
    saved: SavedState = .nothing, until: Int = 1_000_000_000, size: TextSize = .normal
) -> Scene {
    Scene(
        revision: revision, language: "zh-Hans", textSize: size, seat: 2,
        header: Header(candidate: "李*", programme: "科目一", clock: .running(until: until), saved: saved),
        screen: .question(
            .init(
                number: number, total: 50, kind: .single, stem: "驾驶机动车在道路上发生故障时应当怎样做？",
                options: (1...4).map { .init(number: $0, text: "选项 \($0)", chosen: $0 == chosen) }, picture: nil,
                flagged: false, answered: 4, goingBack: false, committed: committed, verdict: verdict)))
}

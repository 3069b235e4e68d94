import Glibc
import Platform

/// What happens, for the person who started the demo: one line a seat that changes in place, or lines one below the
/// other where standard error is no terminal.
final class Progress: Sendable {
    private struct State {
        var lines: [(name: String, text: String)] = []
        var drawn = 0
        var written: [String: String] = [:]
    }

    private let state = Guarded(State())
    private let inPlace: Bool

    init() { inPlace = isatty(2) == 1 }

    /// A step of the preparation.
    func say(_ text: String) {
        state.withLock { $0.drawn = 0 }
        standardError(text + "\n")
    }

    /// What one seat is at; `stage` changes seldom and is what stands where lines cannot change in place.
    func show(_ name: String, stage: String, detail: String = "") {
        state.withLock { state in
            let text = detail.isEmpty ? stage : "\(stage)  \(detail)"
            if let index = state.lines.firstIndex(where: { $0.name == name }) {
                state.lines[index].text = text
            } else {
                state.lines.append((name, text))
                state.lines.sort { $0.name < $1.name }
                state.drawn = inPlace ? state.drawn : 0
            }
            if inPlace {
                var out = state.drawn > 0 ? "\u{1B}[\(state.drawn)A" : ""
                for line in state.lines { out += "\u{1B}[2K  \(line.name)  \(line.text)\n" }
                state.drawn = state.lines.count
                standardError(out)
            } else if state.written[name] != stage {
                state.written[name] = stage
                standardError("  \(name)  \(text)\n")
            }
        }
    }
}

/// A bar of a fixed width: how much of the whole is done.
func bar(_ done: Int, of total: Int, width: Int = 20) -> String {
    let filled = total > 0 ? min(width, done * width / total) : 0
    return String(repeating: "█", count: filled) + String(repeating: "·", count: width - filled)
}

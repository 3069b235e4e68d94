import Hall
import Platform
import TerminalLink

/// A terminal as the hall sees it: it remembers its last scene and tells the world of each frame.
final class SimulatedTerminal: TerminalOutput {
    private struct State {
        var scene: Scene?
        var slip: Slip?
        var scenes = 0
        /// Its connection is gone: what is sent goes nowhere.
        var isGone = false
    }

    let name: String
    private let state = Guarded(State())
    private let onFrame: @Sendable (ToTerminal) -> Void

    init(_ name: String, onFrame: @escaping @Sendable (ToTerminal) -> Void) {
        self.name = name
        self.onFrame = onFrame
    }

    func send(_ frame: ToTerminal) {
        let isGone = state.withLock { state in
            guard !state.isGone else { return true }
            switch frame {
            case .scene(let scene):
                state.scene = scene
                state.scenes += 1
            case .drawSlip(let slip): state.slip = slip
            case .media, .capture: break
            }
            return false
        }
        if !isGone { onFrame(frame) }
    }

    func close() {}

    /// The connection is cut, or the machine is off.
    func leave() {
        state.withLock {
            $0.isGone = true
            $0.scene = nil
        }
    }

    var scene: Scene? { state.withLock { $0.scene } }
    /// How many scenes came so far: what came after an act is told by it.
    var scenes: Int { state.withLock { $0.scenes } }

    /// The slip that waits to be drawn, once.
    func takeSlip() -> Slip? {
        state.withLock { state in
            defer { state.slip = nil }
            return state.slip
        }
    }
}

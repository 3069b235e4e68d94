public import Platform

/// A display in memory: the fake beside the drivers.
public final class MemoryScanout: Scanout {
    private struct State {
        var pixels: [UInt8]
        var damages: [[Rect]] = []
        var failure: SystemError?
    }

    public let geometry: ScanoutGeometry
    private let state: Guarded<State>

    public init(geometry: ScanoutGeometry) {
        self.geometry = geometry
        state = Guarded(State(pixels: [UInt8](repeating: 0, count: geometry.byteCount)))
    }

    /// What is visible now.
    public var pixels: [UInt8] { state.withLock { $0.pixels } }
    /// The damage of every `present` so far.
    public var damages: [[Rect]] { state.withLock { $0.damages } }

    /// Makes every later `present` fail, or work again.
    public func fail(with error: SystemError?) { state.withLock { $0.failure = error } }

    public func present(_ pixels: UnsafeRawBufferPointer, damage: [Rect]) throws(SystemError) {
        precondition(pixels.count >= geometry.byteCount, "the picture is smaller than the display")
        let bytes = Array(pixels)
        let failure = state.withLock { state -> SystemError? in
            if let failure = state.failure { return failure }
            state.damages.append(damage)
            for rect in damage.map(geometry.bounds.intersection) where !rect.isEmpty {
                for row in rect.y..<rect.bottom {
                    let start = row * geometry.stride + rect.x * 4
                    let range = start..<start + rect.width * 4
                    state.pixels.replaceSubrange(range, with: bytes[range])
                }
            }
            return nil
        }
        if let failure { throw failure }
    }
}

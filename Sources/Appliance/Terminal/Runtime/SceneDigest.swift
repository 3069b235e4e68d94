import Display

/// The digest of what a scene looks like, taken a few rows at a time so that no touch waits for it.
struct SceneDigest {
    private static let rowsAStep = 24

    let revision: Int
    private let clock: Rect
    private let checksum = Checksum()
    private var row = 0

    init(revision: Int, clock: Rect) {
        self.revision = revision
        self.clock = clock
    }

    /// Adds the next rows; the digest once all were taken.
    ///
    /// Pixels of the time count as zeros: it changes without a new scene.
    mutating func step(_ pixels: UnsafeRawBufferPointer, geometry: ScanoutGeometry) -> String? {
        let end = min(geometry.height, row + Self.rowsAStep)
        let nothing = [UInt8](repeating: 0, count: clock.width * 4)
        while row < end {
            let start = row * geometry.stride
            func add(_ from: Int, _ to: Int) {
                guard to > from else { return }
                checksum.update(UnsafeRawBufferPointer(rebasing: pixels[start + from * 4..<start + to * 4]))
            }
            if !clock.isEmpty, row >= clock.y, row < clock.bottom {
                add(0, clock.x)
                nothing.withUnsafeBytes { checksum.update($0) }
                add(clock.right, geometry.width)
            } else {
                add(0, geometry.width)
            }
            row += 1
        }
        return row == geometry.height ? checksum.finish() : nil
    }
}

import Glibc
public import Platform

/// A display that is a plain file of a given geometry: for machines without a framebuffer, tests and the demo.
public final class FileScanout: Scanout {
    public let geometry: ScanoutGeometry
    private let file: FileDescriptor

    /// Opens or makes the file and gives it the picture's size.
    public init(path: String, geometry: ScanoutGeometry) throws(SystemError) {
        self.geometry = geometry
        file = try FileDescriptor(path: path, flags: O_RDWR | O_CREAT, mode: 0o640)
        guard ftruncate(file.raw, off_t(geometry.offset + geometry.byteCount)) == 0 else {
            throw SystemError("give \(path) the size of the display")
        }
    }

    public func present(_ pixels: UnsafeRawBufferPointer, damage: [Rect]) throws(SystemError) {
        try file.writePixels(pixels, geometry: geometry, damage: damage)
    }
}

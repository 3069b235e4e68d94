public import Platform

/// A place where finished pixels become visible; drawing happens elsewhere, in ordinary memory.
///
/// The display is written and never read back.
public protocol Scanout: Sendable {
    var geometry: ScanoutGeometry { get }

    /// Shows the damaged rectangles of a picture that has the display's own size and stride.
    ///
    /// - Parameter pixels: `geometry.byteCount` bytes.
    func present(_ pixels: UnsafeRawBufferPointer, damage: [Rect]) throws(SystemError)
}

/// A display that could not be used, and why, in words for a technician.
public struct DisplayError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

extension FileDescriptor {
    /// Writes damaged rectangles with pwrite(2): whole rows in one call where that is at most twice the pixels,
    /// else row by row.
    func writePixels(_ pixels: UnsafeRawBufferPointer, geometry: ScanoutGeometry, damage: [Rect]) throws(SystemError) {
        precondition(pixels.count >= geometry.byteCount, "the picture is smaller than the display")
        for rect in damage.map(geometry.bounds.intersection) where !rect.isEmpty {
            let first = rect.y * geometry.stride + rect.x * 4
            let span = rect.width * 4
            if rect.height == 1 || span * 2 >= geometry.stride {
                let count = (rect.height - 1) * geometry.stride + span
                try write(UnsafeRawBufferPointer(rebasing: pixels[first..<first + count]), at: geometry.offset + first)
            } else {
                for row in 0..<rect.height {
                    let start = first + row * geometry.stride
                    try write(
                        UnsafeRawBufferPointer(rebasing: pixels[start..<start + span]), at: geometry.offset + start)
                }
            }
        }
    }
}

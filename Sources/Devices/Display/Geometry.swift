/// A rectangle of whole pixels.
public struct Rect: Hashable, Sendable, Codable {
    public var x: Int
    public var y: Int
    public var width: Int
    public var height: Int

    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = width
        self.height = height
    }

    public static let empty = Rect(x: 0, y: 0, width: 0, height: 0)
    public var isEmpty: Bool { width <= 0 || height <= 0 }
    public var right: Int { x + width }
    public var bottom: Int { y + height }

    public func contains(x px: Int, y py: Int) -> Bool { px >= x && px < right && py >= y && py < bottom }

    public func intersects(_ other: Rect) -> Bool {
        !isEmpty && !other.isEmpty && x < other.right && other.x < right && y < other.bottom && other.y < bottom
    }

    public func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(
            x: left, y: top, width: max(0, min(right, other.right) - left),
            height: max(0, min(bottom, other.bottom) - top))
    }

    /// The smallest rectangle that holds both.
    public func union(_ other: Rect) -> Rect {
        if isEmpty { return other }
        if other.isEmpty { return self }
        let left = min(x, other.x)
        let top = min(y, other.y)
        return Rect(x: left, y: top, width: max(right, other.right) - left, height: max(bottom, other.bottom) - top)
    }

    /// The rectangle with so many pixels taken off every side; negative adds them.
    public func inset(_ by: Int) -> Rect {
        Rect(x: x + by, y: y + by, width: width - 2 * by, height: height - 2 * by)
    }
}

/// How pixels lie in a display's memory: 32 bits each, blue in the lowest byte (XRGB).
public struct ScanoutGeometry: Hashable, Sendable {
    public var width: Int
    public var height: Int
    /// Bytes from one row to the next.
    public var stride: Int
    /// Byte at which the visible picture begins.
    public var offset: Int

    public init(width: Int, height: Int, stride: Int? = nil, offset: Int = 0) {
        self.width = width
        self.height = height
        self.stride = stride ?? width * 4
        self.offset = offset
    }

    public var bounds: Rect { Rect(x: 0, y: 0, width: width, height: height) }
    /// Bytes that the picture takes, from `offset` on.
    public var byteCount: Int { stride * height }
}

import Glibc
import Platform

/// A terminal's framebuffer file, seen through a mapping that only reads; 32 bits a pixel, blue in the lowest byte.
struct Framebuffer: ~Copyable {
    let width: Int
    let height: Int
    /// Bytes from one row to the next.
    let stride: Int
    private let pixels: UnsafeRawBufferPointer

    init(path: String, width: Int, height: Int, stride: Int) throws(Failure) {
        guard width > 0, height > 0, width <= 16_384, height <= 16_384, stride >= width * 4 else {
            throw Failure(.usage, "no picture has \(width)x\(height) pixels in rows of \(stride) bytes")
        }
        let file: FileDescriptor
        do throws(SystemError) { file = try FileDescriptor(path: path, flags: O_RDONLY) } catch {
            throw Failure(.unavailable, "there is no screen to look at: \(error)")
        }
        var status = stat()
        let size = stride * height
        // Beyond a file's end a mapping is no error but a fatal signal.
        guard fstat(file.raw, &status) == 0, Int(status.st_size) >= size else {
            throw Failure(
                .badData, "\(path) holds \(status.st_size) bytes, a picture of \(width)x\(height) takes \(size)")
        }
        guard let address = mmap(nil, size, PROT_READ, MAP_SHARED, file.raw, 0), address != MAP_FAILED else {
            throw Failure(.unavailable, "\(SystemError("map \(path)"))")
        }
        self.width = width
        self.height = height
        self.stride = stride
        pixels = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: pixels.baseAddress!), pixels.count) }

    /// Copies rows that differ from those in `copy` (rows without gaps), and names them.
    func refresh(_ copy: UnsafeMutableRawPointer) -> [Range<Int>] {
        let bytes = width * 4
        var changed: [Range<Int>] = []
        for row in 0..<height {
            let theirs = pixels.baseAddress! + row * stride
            let ours = copy + row * bytes
            guard memcmp(theirs, ours, bytes) != 0 else { continue }
            memcpy(ours, theirs, bytes)
            if let last = changed.last, last.upperBound == row {
                changed[changed.count - 1] = last.lowerBound..<row + 1
            } else {
                changed.append(row..<row + 1)
            }
        }
        return changed
    }
}

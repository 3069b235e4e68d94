import Glibc
import Platform

/// A file that only takes room: removed, it gives a full disk the space that running exams need to end.
struct Ballast: Sendable {
    let path: String
    let bytes: Int

    /// - Parameter bytes: 0 for no reserve at all.
    init(folder: String, bytes: Int) {
        path = folder + "/ballast"
        self.bytes = bytes
    }

    var isThere: Bool { bytes > 0 && fileExists(path) }

    /// Gives the room back; true when there was some.
    func release() -> Bool { bytes > 0 && unlink(path) == 0 }

    /// Takes the room again where there is at least as much left beside it; true when the reserve is there.
    @discardableResult
    func restore() -> Bool {
        guard bytes > 0 else { return false }
        if isThere { return true }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard let free = try? freeSpace(at: folder), free > 2 * bytes,
            let file = try? FileDescriptor(path: path, flags: O_WRONLY | O_CREAT, mode: 0o600)
        else { return false }
        guard posix_fallocate(file.raw, 0, off_t(bytes)) == 0 else {
            unlink(path)
            return false
        }
        return true
    }
}

internal import CPlatform
import Glibc

/// A descriptor that closes itself.
public final class FileDescriptor: Sendable {
    public let raw: Int32

    public init(owning raw: Int32) { self.raw = raw }
    deinit { close(raw) }

    /// Opens a path; `flags` as of open(2), close-on-exec added.
    public convenience init(path: String, flags: Int32, mode: UInt32 = 0o640) throws(SystemError) {
        let raw = retrying { cplatform_open(path, flags | O_CLOEXEC, mode) }
        guard raw >= 0 else { throw SystemError("open \(path)") }
        self.init(owning: raw)
    }

    /// Writes all bytes at an offset, as `pwrite` of a framebuffer's rows needs it.
    public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = retrying { pwrite(raw, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done)) }
            guard count > 0 else { throw SystemError("write") }
            done += count
        }
    }

    public func write(_ bytes: [UInt8]) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                retrying { Glibc.write(raw, buffer.baseAddress! + done, buffer.count - done) }
            }
            guard count > 0 else { throw SystemError("write") }
            done += count
        }
    }

    /// How many bytes the file has.
    public func size() throws(SystemError) -> Int {
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw SystemError("look at a file") }
        return Int(status.st_size)
    }

    /// Reads bytes that stand at an offset.
    ///
    /// - Returns: how many there were, fewer than wanted at the end of the file.
    public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(SystemError) -> Int {
        var done = 0
        while done < bytes.count {
            let count = retrying { pread(raw, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done)) }
            guard count >= 0 else { throw SystemError("read") }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Makes what was written durable.
    public func synchronize() throws(SystemError) {
        guard retrying({ fsync(raw) }) == 0 else { throw SystemError("fsync") }
    }
}

/// A file's bytes.
public func readFile(_ path: String) throws(SystemError) -> [UInt8] {
    let file = try FileDescriptor(path: path, flags: O_RDONLY)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = retrying { read(file.raw, &chunk, chunk.count) }
        guard count >= 0 else { throw SystemError("read \(path)") }
        if count == 0 { return bytes }
        bytes.append(contentsOf: chunk[..<count])
    }
}

public func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }

/// Makes a folder and those above it; it is no error when it exists.
public func makeDirectory(_ path: String, mode: UInt32 = 0o750) throws(SystemError) {
    if mkdir(path, mode) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
        throw SystemError("make folder \(path)")
    }
    try makeDirectory(String(path[..<slash]), mode: mode)
    guard mkdir(path, mode) == 0 || errno == EEXIST else { throw SystemError("make folder \(path)") }
}

/// The names in a folder, sorted, without `.` and `..`.
public func listDirectory(_ path: String) throws(SystemError) -> [String] {
    guard let directory = opendir(path) else { throw SystemError("list \(path)") }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// The folder of this program's own file.
public func executableFolder() -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { readlink("/proc/self/exe", $0.baseAddress!, $0.count) }
    let path = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    return path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
}

/// Removes a folder with all that is in it; what is gone already is no error.
public func removeTree(_ path: String) {
    for name in (try? listDirectory(path)) ?? [] {
        let child = "\(path)/\(name)"
        if isDirectory(child) { removeTree(child) } else { unlink(child) }
    }
    rmdir(path)
}

public func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Makes the names in a folder durable.
public func synchronizeDirectory(_ path: String) throws(SystemError) {
    let directory = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
    try directory.synchronize()
}

/// Bytes free for an ordinary user in the file system of a path.
public func freeSpace(at path: String) throws(SystemError) -> Int {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw SystemError("look at the space of \(path)") }
    return Int(status.f_bavail) * Int(status.f_frsize)
}

/// Random bytes from the kernel.
public func systemEntropy(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
        let got = bytes.withUnsafeMutableBytes { cplatform_getrandom($0.baseAddress! + done, count - done) }
        precondition(got > 0 || errno == EINTR, "the kernel gives no entropy")
        if got > 0 { done += got }
    }
    return bytes
}

/// Gives memory that is free back to the kernel, after work that needed much of it for a moment.
public func releaseFreeMemory() { _ = cplatform_malloc_trim() }

/// Makes blocks of half a mebibyte and more go back to the kernel as soon as they are freed.
///
/// Otherwise one block of many mebibytes teaches malloc to keep all later ones of that size.
public func returnLargeBlocks() { _ = cplatform_malloc_return_blocks(512 << 10) }

/// Repeats a call that a signal interrupted.
public func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        if result == -1 && errno == EINTR { continue }
        return result
    }
}

/// Overwrites what held a secret; the array is empty afterwards.
public func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { buffer in
        if let base = buffer.baseAddress { explicit_bzero(base, buffer.count) }
    }
    bytes = []
}

import Glibc
internal import Platform

/// A package's bytes: of a file that is held open, so that it stays readable whatever becomes of its name, or in memory.
struct PackageSource: Sendable {
    private enum Bytes {
        case file(FileDescriptor)
        case memory([UInt8])
    }

    private let content: Bytes
    let count: Int
    /// What errors call it.
    let name: String

    init(path: String, name: String) throws(SystemError) {
        let file = try FileDescriptor(path: path, flags: O_RDONLY)
        var status = stat()
        guard fstat(file.raw, &status) == 0 else { throw SystemError("look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else { throw SystemError(code: EINVAL, "read \(path) as a file") }
        content = .file(file)
        count = Int(status.st_size)
        self.name = name
    }

    init(bytes: [UInt8], name: String) {
        content = .memory(bytes)
        count = bytes.count
        self.name = name
    }

    /// The bytes of a stretch; it lies within `count`, so nobody can make us want more memory than the file has bytes.
    func read(_ place: Range<Int>) throws(PackageError) -> [UInt8] {
        guard place.lowerBound >= 0, place.upperBound <= count else {
            throw .cut(name, wanted: place.upperBound, has: count)
        }
        switch content {
        case .memory(let bytes): return Array(bytes[place])
        case .file(let file):
            var done = 0
            var failure: SystemError?
            let bytes = [UInt8](unsafeUninitializedCapacity: place.count) { buffer, initialized in
                while done < place.count {
                    let got = retrying {
                        pread(file.raw, buffer.baseAddress! + done, place.count - done, off_t(place.lowerBound + done))
                    }
                    if got <= 0 {
                        if got < 0 { failure = SystemError("read \(name)") }
                        break
                    }
                    done += got
                }
                initialized = done
            }
            if let failure { throw .unreadable(failure) }
            guard done == place.count else { throw .cut(name, wanted: place.upperBound, has: place.lowerBound + done) }
            return bytes
        }
    }
}

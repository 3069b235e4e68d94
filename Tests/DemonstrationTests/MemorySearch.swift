import Glibc
import Platform

/// Looks for a text in everything that a process can read of its own, and in files.
struct MemorySearch {
    /// What is looked for; what stands behind it says which one it is.
    let beginning: [UInt8]
    /// How many bytes behind the beginning tell them apart.
    let length: Int

    /// The different ends found in a process's memory, and how many bytes were looked at.
    func found(inProcess process: Int32) throws -> (ends: Set<String>, bytes: Int) {
        let memory = try FileDescriptor(path: "/proc/\(process)/mem", flags: O_RDONLY)
        var ends: Set<String> = []
        var looked = 0
        for line in String(decoding: try readFile("/proc/\(process)/maps"), as: UTF8.self).split(separator: "\n") {
            let fields = line.split(separator: " ")
            let bounds = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, fields[1].hasPrefix("r"), !line.hasSuffix("[vvar]"), !line.hasSuffix("[vsyscall]")
            else { continue }
            var place = bounds[0]
            // Stretches overlap, so that nothing is missed where they meet.
            while place < bounds[1] {
                let count = Int(min(bounds[1] - place, 4 << 20))
                var stretch = [UInt8](repeating: 0, count: count)
                let got = pread(memory.raw, &stretch, count, off_t(truncatingIfNeeded: place))
                guard got > 0 else { break }
                looked += got
                ends.formUnion(found(in: stretch[..<got]))
                if UInt(got) == bounds[1] - place { break }
                place += UInt(max(1, got - beginning.count - length))
            }
        }
        return (ends, looked)
    }

    /// The different ends found in the files of a folder and of those in it.
    func found(inFolder folder: String) throws -> Set<String> {
        var ends: Set<String> = []
        for name in try listDirectory(folder) {
            let path = "\(folder)/\(name)"
            if isDirectory(path) {
                ends.formUnion(try found(inFolder: path))
            } else {
                ends.formUnion(found(in: try readFile(path)[...]))
            }
        }
        return ends
    }

    private func found(in bytes: ArraySlice<UInt8>) -> Set<String> {
        var ends: Set<String> = []
        bytes.withUnsafeBytes { buffer in
            guard var place = buffer.baseAddress else { return }
            let end = place + buffer.count
            while let hit = memchr(place, Int32(beginning[0]), end - place) {
                let rest = end - UnsafeRawPointer(hit)
                if rest >= beginning.count + length, memcmp(hit, beginning, beginning.count) == 0 {
                    let behind = UnsafeRawBufferPointer(start: hit + beginning.count, count: length)
                    ends.insert(String(decoding: behind, as: UTF8.self))
                }
                place = UnsafeRawPointer(hit) + 1
                if place >= end { return }
            }
        }
        return ends
    }
}

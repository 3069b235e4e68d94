import Glibc
import Platform
import Testing

@Suite struct ChildProcessTests {
    /// The descriptors that a child has, as the child itself lists them.
    private func descriptors(given: [Int32: Int32] = [:]) async throws -> Set<Int32> {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let (reading, writing) = (FileDescriptor(owning: ends[0]), FileDescriptor(owning: ends[1]))
        // What is still there once the list is made: the list itself takes a descriptor.
        let script = "for entry in /proc/$$/fd/*; do [ -e $entry ] && echo ${entry##*/}; done"
        let child = try ChildProcess(
            "/bin/sh", ["-c", script], descriptors: given, standardOutput: writing.raw)
        child.wait()
        var text = [UInt8](repeating: 0, count: 4096)
        let count = read(reading.raw, &text, text.count)
        return Set(
            String(decoding: text[..<max(0, count)], as: UTF8.self).split(separator: "\n").compactMap { Int32($0) })
    }

    @Test func `a child has only what it was given, whatever a library left open`() async throws {
        let leaked = open("/dev/null", O_RDONLY)
        defer { close(leaked) }
        #expect(fcntl(leaked, F_GETFD) & FD_CLOEXEC == 0)
        #expect(try await descriptors() == [0, 1, 2])
        #expect(try await descriptors(given: [3: leaked]) == [0, 1, 2, 3])
    }
}

import CPlatform
import DeviceFakes
import Display
import Glibc
import Platform
import Testing

/// What every display keeps: the fake, a plain file, and a framebuffer behind a fake kernel.
@Suite struct ScanoutTests {
    enum Kind: CaseIterable { case memory, file, framebuffer }

    /// A display with a way to look at it.
    private struct Subject {
        let scanout: any Scanout
        let pixels: () throws -> [UInt8]
        let end: () -> Void
    }

    private static func subject(_ kind: Kind) throws -> Subject {
        let geometry = ScanoutGeometry(width: 20, height: 10, stride: 96)
        switch kind {
        case .memory:
            let scanout = MemoryScanout(geometry: geometry)
            return Subject(scanout: scanout, pixels: { scanout.pixels }, end: {})
        case .file:
            let path = "/tmp/kaotai-scanout-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
            let scanout = try FileScanout(path: path, geometry: geometry)
            return Subject(scanout: scanout, pixels: { try readFile(path) }, end: { unlink(path) })
        case .framebuffer:
            let memory = FileDescriptor(owning: cplatform_memory_file("fb"))
            ftruncate(memory.raw, 960)
            let fake = fake_fb_register(memory.raw, 20, 10, 96, 32, 16)
            let path = "/proc/self/fd/\(memory.raw)"
            let scanout = try FbdevScanout(path: path)
            return Subject(
                scanout: scanout, pixels: { try readFile(path) },
                end: {
                    fake_unregister(fake)
                    withExtendedLifetime(memory) {}
                })
        }
    }

    private static let picture = (0..<960).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }

    @Test(arguments: Kind.allCases) func `the whole picture arrives`(_ kind: Kind) throws {
        let subject = try Self.subject(kind)
        defer { subject.end() }
        try Self.picture.withUnsafeBytes { bytes in
            try subject.scanout.present(bytes, damage: [subject.scanout.geometry.bounds])
        }
        let got = try subject.pixels()
        for row in 0..<10 { #expect(got[row * 96..<row * 96 + 80] == Self.picture[row * 96..<row * 96 + 80]) }
    }

    @Test(arguments: Kind.allCases) func `only the damage is touched, narrow or wide, and it may reach outside`(
        _ kind: Kind
    ) throws {
        for damage in [
            Rect(x: 3, y: 2, width: 4, height: 3), Rect(x: 0, y: 4, width: 20, height: 2),
            Rect(x: 15, y: 8, width: 50, height: 50), Rect(x: -5, y: -5, width: 6, height: 6),
        ] {
            let subject = try Self.subject(kind)
            defer { subject.end() }
            try Self.picture.withUnsafeBytes { bytes in
                try subject.scanout.present(bytes, damage: [damage])
            }
            let got = try subject.pixels()
            for row in 0..<10 {
                for column in 0..<20 {
                    let at = row * 96 + column * 4
                    let inside = damage.contains(x: column, y: row)
                    let wanted = inside ? Array(Self.picture[at..<at + 4]) : [0, 0, 0, 0]
                    #expect(Array(got[at..<at + 4]) == wanted, "row \(row), column \(column)")
                }
            }
        }
    }

    @Test func `a framebuffer is lit by setting its mode by force, and says its size`() throws {
        let memory = FileDescriptor(owning: cplatform_memory_file("fb"))
        ftruncate(memory.raw, 1024 * 100)
        let fake = fake_fb_register(memory.raw, 200, 100, 1024, 32, 16)
        defer { fake_unregister(fake) }
        let scanout = try FbdevScanout(path: "/proc/self/fd/\(memory.raw)")
        #expect(scanout.geometry == ScanoutGeometry(width: 200, height: 100, stride: 1024))
        #expect(scanout.millimetres.map { [$0.width, $0.height] } == [300, 200])
        #expect(fake_fb_puts(fake) == 1)
        #expect(fake_fb_unblanks(fake) == 1)
    }

    @Test(arguments: [(16, 11, "16 bits"), (32, 0, "orders its colours")] as [(UInt32, UInt32, String)])
    func `a mode that cannot be drawn is refused in words`(bits: UInt32, red: UInt32, wanted: String) throws {
        let memory = FileDescriptor(owning: cplatform_memory_file("fb"))
        let fake = fake_fb_register(memory.raw, 200, 100, 1024, bits, red)
        defer { fake_unregister(fake) }
        let error = #expect(throws: DisplayError.self) { try FbdevScanout(path: "/proc/self/fd/\(memory.raw)") }
        let words = error?.description ?? ""
        #expect(words.contains(wanted))
    }

    @Test func `what is no framebuffer is refused in words`() throws {
        let memory = FileDescriptor(owning: cplatform_memory_file("plain"))
        let error = #expect(throws: DisplayError.self) { try FbdevScanout(path: "/proc/self/fd/\(memory.raw)") }
        let words = error?.description ?? ""
        #expect(words.contains("is no framebuffer"))
    }
}

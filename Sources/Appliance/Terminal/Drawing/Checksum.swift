import CPangoCairo

/// SHA-256, by the library that Pango brings along: this process links no libcrypto.
final class Checksum {
    private let state: OpaquePointer

    init() { state = g_checksum_new(G_CHECKSUM_SHA256)! }
    deinit { g_checksum_free(state) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        g_checksum_update(state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    }

    /// Lower-case hexadecimal; nothing can be added afterwards.
    func finish() -> String { String(cString: g_checksum_get_string(state)) }
}

func sha256(_ bytes: [UInt8]) -> String {
    let checksum = Checksum()
    bytes.withUnsafeBytes { checksum.update($0) }
    return checksum.finish()
}

import CQRencode

/// A QR code as rows of dark and light modules.
struct QRCode {
    let width: Int
    private let modules: [UInt8]

    /// Nil when the text does not fit one code.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let code = QRcode_encodeData(Int32(bytes.count), bytes, 0, QR_ECLEVEL_L) else { return nil }
        defer { QRcode_free(code) }
        width = Int(code.pointee.width)
        modules = Array(UnsafeBufferPointer(start: code.pointee.data, count: width * width))
    }

    func isDark(_ x: Int, _ y: Int) -> Bool { modules[y * width + x] & 1 == 1 }
}

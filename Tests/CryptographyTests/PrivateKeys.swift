import Cryptography
import Platform
import Testing

func hex(_ text: String) -> [UInt8] { bytes(hexadecimal: text.filter { !$0.isWhitespace })! }

/// PKCS #8 PEM of the keys that standards print as bare numbers.
func privatePEM(ed25519 raw: [UInt8]) -> String { pem(hex("302e020100300506032b657004220420") + raw) }
func privatePEM(x25519 raw: [UInt8]) -> String { pem(hex("302e020100300506032b656e04220420") + raw) }

/// The number, then x ‖ y.
func privatePEM(sm2 number: [UInt8], _ point: [UInt8]) -> String {
    pem(
        hex("308187020100301306072a8648ce3d020106082a811ccf5501822d046d306b0201010420") + number
            + hex("a14403420004") + point)
}

private func pem(_ der: [UInt8]) -> String {
    let text = base64url(der).map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
    let lines = stride(from: 0, to: text.count, by: 64).map { String(text[$0..<min($0 + 64, text.count)]) }
    return "-----BEGIN PRIVATE KEY-----\n" + lines.joined(separator: "\n") + padding + "\n-----END PRIVATE KEY-----\n"
}

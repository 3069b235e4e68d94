import CanonicalJSON

/// The center's word that an appliance is to examine by a bank: what to fetch, and how to know it.
public struct BankRelease: Hashable, Sendable, Codable {
    public var bank: String
    public var version: Int
    /// Of the bank's plain content, hexadecimal: the name under which the center gives the package out.
    public var digest: String
    /// Bytes of the package's file.
    public var length: Int
    /// SHA-256 of that file, hexadecimal: the same bank sealed once more is another file.
    public var file: String

    public init(bank: String, version: Int, digest: String, length: Int, file: String) {
        self.bank = bank
        self.version = version
        self.digest = digest
        self.length = length
        self.file = file
    }
}

/// The package that a daemon wants next, from the byte it has not.
public struct BankWanted: Hashable, Sendable, Codable {
    public var digest: String
    public var offset: Int
    /// Bytes that are still missing.
    public var length: Int

    public init(digest: String, offset: Int, length: Int) {
        self.digest = digest
        self.offset = offset
        self.length = length
    }
}

/// Some bytes of a package on their way to the daemon.
public struct BankPart: Hashable, Sendable, Codable {
    /// Bytes of one part at most: base64url of them fits a frame.
    public static let limit = 512 << 10

    public var request: Int
    public var digest: String
    public var offset: Int
    /// base64url
    public var data: String

    public init(request: Int, digest: String, offset: Int, data: String) {
        self.request = request
        self.digest = digest
        self.offset = offset
        self.data = data
    }
}

extension Order {
    /// The bank that this order releases; nil for an order of another kind.
    public func bankRelease() throws -> BankRelease? {
        guard kind == .bankRelease else { return nil }
        let release = try JSONCoder.decode(BankRelease.self, from: body.canonicalBytes)
        guard [release.digest, release.file].allSatisfy(Self.isDigest), release.length > 0 else {
            throw CenterDocumentError.content("a bank release without a digest or a length")
        }
        return release
    }

    /// A digest becomes a file's name: it must be one.
    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

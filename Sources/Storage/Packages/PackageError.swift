public import Exam
public import Platform

/// Why a package, or a part of it, was not read.
public enum PackageError: Error, Sendable, CustomStringConvertible {
    case unreadable(SystemError)
    /// The file does not begin as a package does.
    case notAPackage(String)
    case unknownFormat(String, String)
    /// The file is shorter than it says it is.
    case cut(String, wanted: Int, has: Int)
    /// There are bytes after the last part.
    case tooLong(String, wanted: Int, has: Int)
    /// The manifest's signature is wrong, or not of a key that may sign packages.
    case badSignature(String, String)
    case badManifest(String, String)
    /// The bytes of a part are not those that were packed.
    case altered(String, part: String)
    /// A part is what was packed, but not what the format asks for.
    case badPart(String, part: String, String)
    /// None of the wrapped keys is for the key at hand.
    case notSealedTo(String, thumbprint: String, what: String)
    /// A part or a key does not open although it is what was signed.
    case doesNotOpen(String, part: String)
    case noItem(ItemID)
    case noPicture(String)
    /// What is to be packed is not what a package can hold.
    case cannotPack(String)

    public var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notAPackage(let path): "\(path): not a question package; `kaotai bank pack` makes one"
        case .unknownFormat(let path, let what): "\(path): \(what); this program does not read it"
        case .cut(let path, let wanted, let has):
            "\(path): cut short: \(wanted) bytes wanted, \(has) there; fetch the package again"
        case .tooLong(let path, let wanted, let has):
            "\(path): \(has - wanted) bytes too long; fetch the package again"
        case .badSignature(let path, let why): "\(path): not signed by a key that may sign packages: \(why)"
        case .badManifest(let path, let why): "\(path): its manifest is not in order: \(why)"
        case .altered(let path, let part):
            "\(path): altered: \(part) is not what was packed; fetch the package again"
        case .badPart(let path, let part, let why): "\(path): \(part): \(why)"
        case .notSealedTo(let path, let thumbprint, let what):
            "\(path): its \(what) are not sealed to the key \(thumbprint); "
                + "the package must be packed again with that key after --seal-to"
        case .doesNotOpen(let path, let part): "\(path): \(part) does not open, though it is what was signed"
        case .noItem(let id): "the package has no question \(id)"
        case .noPicture(let digest): "the package has no picture \(digest)"
        case .cannotPack(let why): "cannot be packed: \(why)"
        }
    }
}

public import Exam
public import Platform

/// Why a package, or a part of it, was not read.
public enum PackageError: Error, Sendable, CustomStringConvertible {
    case unreadable(SystemError)
    /// The file does not begin as a package does.
    case notAPackage(String)
    case unknownFormat(String, Int)
    /// The file is shorter than it says it is.
    case cut(String, wanted: Int, has: Int)
    /// There are bytes after the last part.
    case tooLong(String, wanted: Int, has: Int)
    case badManifest(String, String)
    /// The bytes of a part are not those that were packed.
    case altered(String, part: String)
    /// A part is what was packed, but not what the format asks for.
    case badPart(String, part: String, String)
    case noItem(ItemID)
    case noPicture(String)

    public var description: String {
        switch self {
        case .unreadable(let error): "\(error)"
        case .notAPackage(let path): "\(path): not a question package; `kaotai bank pack` makes one"
        case .unknownFormat(let path, let format):
            "\(path): a package of format \(format), this program reads format \(PackageManifest.currentFormat)"
        case .cut(let path, let wanted, let has):
            "\(path): cut short: \(wanted) bytes wanted, \(has) there; fetch the package again"
        case .tooLong(let path, let wanted, let has):
            "\(path): \(has - wanted) bytes too long; fetch the package again"
        case .badManifest(let path, let why): "\(path): its table of parts is not in order: \(why)"
        case .altered(let path, let part):
            "\(path): altered: \(part) is not what was packed; fetch the package again"
        case .badPart(let path, let part, let why): "\(path): \(part): \(why)"
        case .noItem(let id): "the package has no question \(id)"
        case .noPicture(let digest): "the package has no picture \(digest)"
        }
    }
}

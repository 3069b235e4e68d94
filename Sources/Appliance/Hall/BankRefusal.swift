import CivilTime
import Packages

/// Why a package is not installed, in words for the person who brought it and for the journal.
enum BankRefusal: Error, Sendable, CustomStringConvertible {
    /// It is damaged, forged, or not sealed to this appliance.
    case package(PackageError)
    case otherBank(installed: String, offered: String)
    case older(installed: Int, offered: Int)
    case sameVersion(Int)
    /// Its questions are for practice.
    case practice(String)
    case expired(CalendarDate)
    case notYetValid(CalendarDate)
    /// It has a validity, and by this clock nothing can be said of it.
    case clock(ClockFault)

    /// A package that the center released waits for its day.
    var mayPass: Bool {
        switch self {
        case .notYetValid, .clock: true
        default: false
        }
    }

    var description: String {
        switch self {
        case .package(let error): "\(error)"
        case .otherBank(let installed, let offered):
            "it is bank \(offered), this appliance examines by bank \(installed)"
        case .older(let installed, let offered):
            "it is version \(offered), version \(installed) is installed; versions only go forward"
        case .sameVersion(let version):
            "version \(version) is installed with other contents; a changed bank needs a higher version"
        case .practice(let bank): "bank \(bank) is for practice; no exam is held by it"
        case .expired(let until): "it was valid until \(until)"
        case .notYetValid(let from): "it is valid from \(from) on; install it then"
        case .clock(let fault):
            "it has a first or a last day, and the hall's clock \(fault.words); set it right, or confirm it: kaotai clock"
        }
    }
}

/// The bank by which a hall examines, as its journal says.
struct InstalledBank: Hashable, Sendable, Codable {
    var bank: String
    var version: Int
    var digest: String

    /// Why another package does not take this one's place, as far as its name tells.
    func refusal(of bank: String, version: Int, digest: String) -> BankRefusal? {
        if bank != self.bank { return .otherBank(installed: self.bank, offered: bank) }
        if version < self.version { return .older(installed: self.version, offered: version) }
        if version == self.version, digest != self.digest { return .sameVersion(version) }
        return nil
    }
}

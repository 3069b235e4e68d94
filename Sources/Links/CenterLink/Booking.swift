import CanonicalJSON
public import CivilTime
public import Cryptography
public import Exam
import Platform

/// One candidate's right to sit one exam, or several in their order, on one day, as the center made it.
public struct Booking: Hashable, Sendable, Codable {
    public var id: BookingID
    /// Keyed digest of the document's kind and number: see `candidateDigest`.
    public var candidate: String
    /// Under which key `sealed` is sealed.
    public var subject: String
    /// A `BookedPerson`, sealed, base64url.
    public var sealed: String
    /// The exam, or the first of several.
    public var programme: ProgrammeCode
    /// What follows in the same visit, each after the one before is passed.
    public var then: [ProgrammeCode]
    public var vehicleClass: VehicleClass
    public var day: CalendarDate
    /// The first sitting of `programme` that this booking gives, from 1; 2 is the make-up exam.
    public var attemptNumber: Int
    public var language: LanguageTag
    public var accommodations: Accommodations
    public var facts: EligibilityFacts

    public init(
        id: BookingID, candidate: String, subject: String, sealed: String, programme: ProgrammeCode,
        then: [ProgrammeCode] = [], vehicleClass: VehicleClass, day: CalendarDate, attemptNumber: Int,
        language: LanguageTag,
        accommodations: Accommodations, facts: EligibilityFacts
    ) {
        self.id = id
        self.candidate = candidate
        self.subject = subject
        self.sealed = sealed
        self.programme = programme
        self.then = then
        self.vehicleClass = vehicleClass
        self.day = day
        self.attemptNumber = attemptNumber
        self.language = language
        self.accommodations = accommodations
        self.facts = facts
    }

    /// Every exam of the booking, in the order in which they are sat.
    public var programmes: [ProgrammeCode] { [programme] + then }
}

/// What was granted to a candidate before the day.
public struct Accommodations: Hashable, Sendable, Codable {
    /// Extra time in percent of the programme's.
    public var extraTimePercent: Int

    public init(extraTimePercent: Int = 0) { self.extraTimePercent = extraTimePercent }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        extraTimePercent = try container.decodeIfPresent(Int.self, forKey: .extraTimePercent) ?? 0
    }
}

/// What of a candidate the screens show.
public struct BookedPerson: Hashable, Sendable, Codable {
    public enum Sex: String, Hashable, Sendable, Codable { case male, female }

    public var name: String
    /// The document's number, masked.
    public var number: String
    public var sex: Sex?

    public init(name: String, number: String, sex: Sex?) {
        self.name = name
        self.number = number
        self.sex = sex
    }

    /// Sealed under a subject's key; the subject's name is bound in, so that blobs cannot change places.
    public func sealed(key: ContentKey, subject: String) throws -> String {
        base64url(key.seal(try JSONCoder.encode(self), associated: Array(subject.utf8)))
    }

    /// - Throws: `CryptographyError` for another key or an altered blob, `DecodingError` for other content.
    public init(sealed: String, key: ContentKey, subject: String) throws {
        guard let sealed = bytes(base64url: sealed) else {
            throw CryptographyError("open a candidate's name", "it is not base64url")
        }
        let plain = try key.open(sealed, associated: Array(subject.utf8))
        self = try JSONCoder.decode(BookedPerson.self, from: plain)
    }
}

/// The name of a person whom nobody may be told: HMAC-SHA-256 under the center's candidate key, base64url.
///
/// - Parameter kind: the document's kind, as bookings name it.
public func candidateDigest(kind: String, number: String, key: [UInt8]) -> String {
    base64url(hmacSHA256(key: key, message: Array("\(kind):\(number)".utf8)))
}

/// A number as screens show it: the first three and the last four characters of a long one, the last two of others.
public func maskedNumber(_ number: String) -> String {
    let characters = Array(number)
    let (head, tail) = characters.count >= 12 ? (3, 4) : (0, min(2, characters.count / 2))
    let hidden = String(repeating: "*", count: characters.count - head - tail)
    return String(characters[..<head]) + hidden + String(characters[(characters.count - tail)...])
}

extension Order {
    /// The booking that this order brings; nil for an order of another kind.
    public func booking() throws -> Booking? {
        kind == .booking ? try JSONCoder.decode(Booking.self, from: body.canonicalBytes) : nil
    }
}

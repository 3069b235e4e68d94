public import Platform

/// A reader as it stands at one moment, for a person who looks at them all.
public struct ListedReader: Sendable {
    public let reader: ReaderID
    /// The profile by which it would be read.
    public let profile: String?
    public let hasCard: Bool
    /// Another program holds it; its serial number and port are not to be had then.
    public let isBusy: Bool

    /// The readers of this machine now. No card is read.
    ///
    /// - Throws: `Failure` with code 69 when the card service does not answer.
    public static func all(profiles: [ReaderProfile]) throws(Failure) -> [ListedReader] {
        do throws(PCSCError) {
            let context = try PCSC().makeContext()
            let names = try context.readers()
            let states = try context.wait(for: names.map { ($0, .unaware) }, milliseconds: 0)
            return names.enumerated().map { index, name in
                let state = states?[index]
                do throws(PCSCError) {
                    let reader = try ReaderWorker(name: name, profile: nil, service: PCSC()).identify()
                    return listed(reader, state, isBusy: false, profiles)
                } catch {
                    return listed(ReaderID(name: name), state, isBusy: error.code == .sharingViolation, profiles)
                }
            }
        } catch {
            throw Failure(.unavailable, "the card service pcscd does not answer: \(error)")
        }
    }

    private static func listed(
        _ reader: ReaderID, _ state: PCSCState?, isBusy: Bool, _ profiles: [ReaderProfile]
    ) -> ListedReader {
        ListedReader(
            reader: reader, profile: profiles.first { $0.fits(reader: reader.name) }?.name,
            hasCard: state?.isPresent ?? false, isBusy: isBusy)
    }
}

import Platform

/// A file that only takes room: removed, it gives a full disk the space that running exams need to end.
struct Ballast: Sendable {
    static let name = "ballast"
    let folder: any StateFolder
    /// 0 for no reserve at all.
    let bytes: Int

    var isThere: Bool { bytes > 0 && folder.exists(Self.name) }

    /// Gives the room back; true when there was some.
    func release() -> Bool {
        guard bytes > 0 else { return false }
        do throws(SystemError) {
            try folder.remove(Self.name)
            return true
        } catch { return false }
    }

    /// Takes the room again where there is at least as much left beside it; true when the reserve is there.
    @discardableResult
    func restore() -> Bool {
        guard bytes > 0 else { return false }
        if isThere { return true }
        do throws(SystemError) {
            guard try folder.freeSpace() > 2 * bytes else { return false }
            try folder.reserve(Self.name, bytes: bytes)
            return true
        } catch { return false }
    }
}

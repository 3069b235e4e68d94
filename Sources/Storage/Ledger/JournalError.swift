/// Why a journal does not do what it was asked.
public enum JournalError: Error, Sendable, CustomStringConvertible {
    /// An input or output error happened once: nothing is written any more until the program was started again.
    case failed(String)
    /// The disk has no room, the reserve included; nothing of the request was written, and later ones may be.
    case full
    /// Another process has the journal open.
    case inUse(String)
    /// A newer program wrote the file.
    case newerSchema(path: String, found: Int, known: Int)
    /// The file is there, but holds no journal.
    case notAJournal(path: String, reason: String)
    /// The file cannot be opened or read.
    case unreadable(path: String, reason: String)
    /// What is stored is not what was written; the first entry that is wrong, if one can be named.
    case damaged(firstBad: Int?, problems: [String])
    /// A draft that cannot be an entry.
    case invalid(String)
    /// A line of JSON that is no entry.
    case badLine(String)
    /// The closure that was to make the drafts refused.
    case refused(any Error)
    /// The journal was closed.
    case closed

    public var description: String {
        switch self {
        case .failed(let reason):
            "the journal stopped after an input/output error (\(reason)); restart the daemon, which reads back what is stored"
        case .full: "the disk has no room for another entry; nothing was written: free some space"
        case .inUse(let path):
            "\(path) is open in another process, or was left so by one that was killed: while the daemon runs, work on a "
                + "copy made by `kaotai journal copy`; else start the daemon, which puts it in order"
        case .newerSchema(let path, let found, let known):
            "\(path) has schema \(found), this program knows up to \(known): use the program that wrote it"
        case .notAJournal(let path, let reason): "\(path) is no journal: \(reason)"
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .damaged(let firstBad, let problems):
            "the journal is damaged" + (firstBad.map { " from entry \($0)" } ?? "") + ": "
                + problems.joined(separator: "; ")
        case .invalid(let reason): "not an entry: \(reason)"
        case .badLine(let reason): "not a journal line: \(reason)"
        case .refused(let error): "\(error)"
        case .closed: "the journal is closed"
        }
    }
}

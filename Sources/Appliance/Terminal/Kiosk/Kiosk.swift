public import Platform

/// The folder that people who are not programmers edit: words and looks of every terminal.
public struct Kiosk: Sendable {
    public let strings: StringCatalog
    public let theme: Theme

    public init(folder: String) throws(Failure) {
        strings = try StringCatalog.load("\(folder)/strings")
        theme = try Theme.load("\(folder)/theme.json")
    }
}

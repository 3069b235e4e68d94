public import Exam
internal import QuestionBank

/// The questions of one file in the authors' format, read by itself: without a bank around it, and without its pictures.
public struct AuthoredFile: Sendable {
    public let items: [AuthoredItem]
    /// The paths in `media` of the pictures that questions name.
    public let pictures: [ItemID: String]
    public let findings: [Finding]

    /// - Parameters:
    ///   - name: what findings call the file.
    ///   - languages: those that texts may have.
    public init(_ bytes: [UInt8], name: String, languages: [LanguageTag]) {
        var reader = ItemReader(languages: languages)
        let drafts = reader.read(ItemsFile(bytes, name: name), name: name)
        items = drafts.map(\.authored)
        pictures = Dictionary(drafts.compactMap { draft in draft.picture.map { (draft.authored.item.id, $0) } }) {
            first, _ in first
        }
        findings = reader.findings
    }
}

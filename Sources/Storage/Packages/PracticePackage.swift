public import Cryptography
public import QuestionBank

extension PracticeBank {
    /// The practice bank of a package. A package of exam questions is refused before anything of it is opened.
    ///
    /// - Throws: `PracticeRefusal`, or `PackageError` for one that is altered or not sealed to the recipient.
    public init(_ package: QuestionPackage, with recipient: some Recipient) throws {
        guard package.index.purpose == .practice else { throw PracticeRefusal.examBank(package.index.id) }
        try package.verifyParts()
        try self.init(try package.contents(with: recipient))
    }
}

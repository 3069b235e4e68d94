/// Screens on which nothing counts.
extension Screen {
    public struct Trial: Hashable, Sendable, Codable {
        public enum Purpose: String, Hashable, Sendable, Codable { case tutorial, practice }
        public var purpose: Purpose
        public var question: Question
        /// Key of the words in `Kiosk/strings` where the question is the kiosk's own: its stem, and `.N` its options.
        public var words: String?
        /// Why the key is right; in practice, once the answer is final.
        public var explanation: String?
        /// The numbers of the right options, with the explanation.
        public var right: [Int]
        public init(
            purpose: Purpose, question: Question, words: String? = nil, explanation: String? = nil, right: [Int] = []
        ) {
            self.purpose = purpose
            self.question = question
            self.words = words
            self.explanation = explanation
            self.right = right
        }
    }

    public struct PracticeStart: Hashable, Sendable, Codable {
        public var questions: Int
        /// Languages that practice is offered in, as `language/TAG`.
        public var languages: [String]
        public init(questions: Int, languages: [String]) {
            self.questions = questions
            self.languages = languages
        }
    }

    public struct PracticeEnd: Hashable, Sendable, Codable {
        public var right: Int
        public var total: Int
        public init(right: Int, total: Int) {
            self.right = right
            self.total = total
        }
    }
}

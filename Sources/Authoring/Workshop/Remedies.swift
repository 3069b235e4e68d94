extension Finding.Rule {
    /// What an author does about it, in a sentence.
    public var remedy: String {
        switch self {
        case .file: "Put the file in its place, or make it readable."
        case .encoding: "Save the file as UTF-8."
        case .form: "Write `name: value`; begin a line that continues the one above with two spaces."
        case .unknownName: "Look for a slip of the pen; QuestionBank/README.md lists the names."
        case .duplicateName: "Keep one of the two lines."
        case .missingField: "Write the line that is missing."
        case .missingTranslation:
            "Write the text; or take the language's other texts out, if the bank allows it to be missing."
        case .duplicateID: "Give the newer question an id that no question ever had."
        case .duplicateText:
            "Make the two different, or take one of them out; two questions that must both stay are enemies."
        case .badID: "Write letters A–Z, digits and hyphens."
        case .badValue: "Write one of the values that the name allows."
        case .options: "Number the options from 1 without a gap, in every language alike."
        case .key: "Name the right options by their numbers; write true or false in a judge question."
        case .unknownArea: "Use an area of bank.json, or name the new one there."
        case .unknownClass: "Use the letters of Order 162, Art. 11."
        case .length: "Say it in fewer words."
        case .notReviewed: "Let somebody else read it and add reviewed: NAME DATE; until then its state is review."
        case .ownReview: "Let somebody else read it."
        case .state: "Make state and reviewed agree: read questions are approved, active or retired."
        case .date: "Correct the day; what was changed is read again, and the day of the reading written."
        case .enemy: "Correct the id, or take it out."
        case .figures: "Compare the languages; one of them may say something else than the others."
        case .picture: "Put the drawing under media/, as the README describes it."
        case .pictureAlternative: "Say in words what the picture shows, not what it means."
        case .programme: "Correct the programme's row, or the blueprint."
        case .blueprint: "Run `kaotai bank blueprint`; a changed blueprint gets a new version."
        case .exposure: "Write or activate questions of that area and kind, or raise `share` in the blueprint."
        case .enemies: "Write questions without enemies for one of these cells, or take back an `enemies` line."
        case .cell: "Write or activate questions of that area and kind, or give existing ones the class."
        case .promise: "Write, translate or activate more questions, or promise less in bank.json."
        case .shared: "Write another question for practice; what is asked in exams is not practised on."
        case .calendar: "Correct the day in the holiday calendar; each day stands there once."
        case .package: "Fetch or build the package again."
        case .screen: "Say it in fewer words, or with other characters, and look at it with `kaotai bank preview`."
        }
    }
}

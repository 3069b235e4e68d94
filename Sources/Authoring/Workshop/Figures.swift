/// The whole and decimal numbers of a text, for comparing languages.
///
/// Languages write small numbers as words, months by number or by name, and Chinese writes any number in its own
/// characters. So a figure in digits is missed only where the other text has it neither in digits nor in Chinese
/// characters; up to 12 only where both texts have as many small figures.
struct Figures: Hashable {
    /// In digits, such as `90`, `3.5`, `60000`.
    private(set) var digits: Set<String> = []
    /// In Chinese characters, as digits would say it.
    private(set) var characters: Set<String> = []

    private static func value(_ character: Character) -> Int? {
        switch character.unicodeScalars.first {
        case "〇", "零": 0
        case "一": 1
        case "二", "两", "兩": 2
        case "三": 3
        case "四": 4
        case "五": 5
        case "六": 6
        case "七": 7
        case "八": 8
        case "九": 9
        default: nil
        }
    }

    private static func power(_ character: Character) -> Int? {
        switch character.unicodeScalars.first {
        case "十": 10
        case "百": 100
        case "千": 1000
        default: nil
        }
    }

    private static let tenThousand: Set<Character> = ["万", "萬"]

    init(_ text: String) {
        // Most texts in Latin or Cyrillic letters have no figure at all, which their bytes tell.
        guard text.utf8.contains(where: { (48...57).contains($0) || (0xE3...0xEF).contains($0) }) else { return }
        let characters = Array(text).map { Self.narrow($0) }
        var place = 0
        while place < characters.count {
            if characters[place].isASCIIDigit {
                place = readDigits(characters, place)
            } else if Self.value(characters[place]) != nil || Self.power(characters[place]) != nil {
                place = readCharacters(characters, place)
            } else {
                place += 1
            }
        }
    }

    /// The figures of either text that the other lacks.
    static func missing(_ one: Figures, _ other: Figures) -> (inOther: [String], inOne: [String]) {
        func lacking(_ a: Figures, _ b: Figures) -> Set<String> { a.digits.subtracting(b.digits.union(b.characters)) }
        func small(_ figures: Figures) -> Set<String> { figures.digits.filter { isSmall($0) } }
        var (first, second) = (lacking(one, other), lacking(other, one))
        if small(one).count != small(other).count {
            first = first.filter { !isSmall($0) }
            second = second.filter { !isSmall($0) }
        }
        return (first.sorted(), second.sorted())
    }

    private static func isSmall(_ figure: String) -> Bool { Int(figure).map { $0 <= 12 } ?? false }

    /// Full-width digits as ASCII.
    private static func narrow(_ character: Character) -> Character {
        guard let scalar = character.unicodeScalars.first?.value, (0xFF10...0xFF19).contains(scalar) else {
            return character
        }
        return Character(Unicode.Scalar(UInt8(scalar - 0xFEE0)))
    }

    /// `60,000`, `60 000` and `60000` are one number; `3,5` is `3.5`.
    private mutating func readDigits(_ text: [Character], _ start: Int) -> Int {
        var figure = ""
        var place = start
        func digitsAfter(_ place: Int) -> Int { text[place...].prefix { $0.isASCIIDigit }.count }
        while place < text.count {
            if text[place].isASCIIDigit {
                figure.append(text[place])
            } else {
                let follow = digitsAfter(place + 1 <= text.count ? place + 1 : place)
                let isGroup =
                    follow == 3 && figure.count <= 3 && [",", " ", "\u{A0}", "\u{202F}"].contains(text[place])
                let isDecimal = (1...2).contains(follow) && [".", ","].contains(text[place]) && !figure.contains(".")
                if isDecimal { figure.append(".") } else if !isGroup { break }
            }
            place += 1
        }
        if place < text.count, Self.tenThousand.contains(text[place]), let number = Int(figure), number < 1_000_000 {
            figure = String(number * 10_000)
            place += 1
        }
        digits.insert(figure)
        return place
    }

    private mutating func readCharacters(_ text: [Character], _ start: Int) -> Int {
        var place = start
        var (total, part, unit) = (0, 0, 0)
        var plain = ""
        while place < text.count, place - start < 9 {
            if let value = Self.value(text[place]) {
                plain += String(value)
                unit = value
            } else if let power = Self.power(text[place]) {
                part += max(1, unit) * power
                unit = 0
                plain = ""
            } else if Self.tenThousand.contains(text[place]) {
                total += (part + unit) * 10_000
                (part, unit) = (0, 0)
            } else {
                break
            }
            place += 1
        }
        // 二〇二六 is read digit by digit.
        characters.insert(plain.count > 1 && part == 0 ? plain : String(total + part + unit))
        return max(place, start + 1)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}

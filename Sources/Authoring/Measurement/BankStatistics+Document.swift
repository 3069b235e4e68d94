public import CanonicalJSON
internal import Exam

extension BankStatistics {
    /// Everything as one document: shares, correlations and deltas in thousandths, times in milliseconds.
    public var document: JSONValue {
        [
            "banks": .array(
                banks.map { ["id": .string($0.id), "version": .integer($0.version), "digest": .string($0.digest)] }),
            "attempts": .integer(attempts), "answers": .integer(answers),
            "otherBanks": .object(otherBanks.mapValues(JSONValue.integer)),
            "minimum": .integer(bands.minimum),
            "programmes": .array(
                programmes.map {
                    [
                        "programme": .string($0.programme.rawValue), "language": Self.text($0.language?.rawValue),
                        "attempts": .integer($0.attempts), "passed": .integer($0.passed), "whole": .integer($0.whole),
                        "questions": Self.number($0.questions), "full": .integer($0.full),
                        "passMark": .integer($0.passMark), "meanScore": Self.number($0.meanScore),
                        "kr20": Self.number($0.kr20), "standardError": Self.number($0.standardError),
                    ]
                }),
            "items": .array(items.map(Self.document)),
            "differences": .array(
                differences.map {
                    [
                        "item": .string($0.item.rawValue), "version": .integer($0.version),
                        "programme": .string($0.programme.rawValue), "reference": .string($0.reference.rawValue),
                        "language": .string($0.language.rawValue), "nReference": .integer($0.counts.reference),
                        "n": .integer($0.counts.language), "delta": .integer($0.delta),
                        "standardError": .integer($0.standardError), "shareDifference": .integer($0.shareDifference),
                        "grade": .string($0.grade),
                    ]
                }),
        ]
    }

    private static func document(_ item: ItemStatistics) -> JSONValue {
        [
            "item": .string(item.item.rawValue), "version": .integer(item.version),
            "programme": .string(item.programme.rawValue), "language": text(item.language?.rawValue),
            "n": .integer(item.count), "right": .integer(item.right), "share": number(item.share),
            "options": .array(
                item.chosen.enumerated().map { place, count in
                    [
                        "option": .integer(place + 1), "n": .integer(count),
                        "share": item.count > 0 ? .integer((count * 2000 / item.count + 1) / 2) : .null,
                        "key": .bool(item.key.contains(place + 1)),
                    ]
                }),
            "omitted": .integer(item.omitted), "notReached": .integer(item.notReached), "whole": .integer(item.whole),
            "pointBiserial": number(item.pointBiserial), "upperLower": number(item.upperLower),
            "timed": .integer(item.timed), "medianMs": number(item.medianMs),
            "flags": .array(item.flags.map { .string($0.rawValue) }),
            "notes": .array(item.notes.map { .string($0.rawValue) }),
        ]
    }

    private static func number(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    private static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }

    /// For a terminal: programmes, then questions, each in all languages together and then in each.
    ///
    /// - Parameter flaggedOnly: leaves out the questions that have no flag.
    public func table(flaggedOnly: Bool) -> String {
        func row(_ cells: [String], _ widths: [Int]) -> String {
            let padded = zip(cells, widths).map { cell, width in
                let blanks = String(repeating: " ", count: max(0, abs(width) - cell.count))
                return width < 0 ? cell + blanks : blanks + cell
            }
            return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed()) + "\n"
        }
        let programmeWidths = [-14, -8, 9, 8, 8, 7, 7, 10]
        var text = row(
            ["programme", "language", "attempts", "passed", "mean", "whole", "KR-20", "SEM points"], programmeWidths)
        for programme in programmes {
            text += row(
                [
                    programme.programme.rawValue, programme.language?.rawValue ?? "all", "\(programme.attempts)",
                    "\(programme.passed)", decimal(programme.meanScore, digits: 1), "\(programme.whole)",
                    decimal(programme.kr20), decimal(programme.standardError, digits: 1),
                ], programmeWidths)
        }
        let widths = [-14, -12, 2, -8, 7, 7, 6, 6, 8, -24, 0]
        text += "\n"
        text += row(
            [
                "programme", "question", "v", "language", "n", "correct", "r_pb", "D", "median", "options", "flags",
            ], widths)
        for item in items where !flaggedOnly || !item.flags.isEmpty {
            let options = item.chosen.enumerated().map { place, count in
                let share = item.count > 0 ? "\((count * 200 / item.count + 1) / 2)" : "–"
                return item.key.contains(place + 1) ? "[\(share)]" : share
            }
            let words = item.flags.map { StatisticsReport.word($0).uppercased() } + item.notes.map(\.rawValue)
            text += row(
                [
                    item.programme.rawValue, item.item.rawValue, "\(item.version)", item.language?.rawValue ?? "all",
                    "\(item.count)", decimal(item.share), decimal(item.pointBiserial), decimal(item.upperLower),
                    item.medianMs.map { decimal($0, digits: 1) + " s" } ?? "–", options.joined(separator: " "),
                    words.joined(separator: ", "),
                ], widths)
        }
        return text
    }
}

import CanonicalJSON
import CivilTime
import Exam
import Platform
import QuestionBank
import Terminal
import TerminalLink

private let rulesHelp = """
    kaotai rules: what decides who sits an exam and when

      kaotai rules eligibility [--reason REASON] [--language TAG]
                                   the decision table: every line with its article, its words and its next step
      kaotai rules deadlines       the periods that are computed, how they count and by which article
      kaotai rules deadline NAME --from DAY [--calendar FILE]
                                   the last day of one of them
      kaotai rules calendar [--calendar FILE]
                                   days off and moved working days, and the years that are stated

    Without --calendar the one of QuestionBank is read. With --json one JSON document goes to standard output.
    Exit codes: 0 done, 1 the calendar contradicts itself, 64 usage, 65 bad data, 74 I/O error.

    """

/// `kaotai rules …`: the arguments after `rules`.
func rulesCommand(_ arguments: [String]) async throws -> ExitCode {
    let options = try Arguments(
        arguments, options: ["reason", "language", "from", "calendar"], flags: ["json", "help"])
    let json = options.has("json")
    switch (options.words.first, options.words.count) {
    case _ where options.has("help"):
        standardOutput(rulesHelp)
        return .done
    case ("eligibility", 1): return try printTable(options, json: json)
    case ("deadlines", 1): return try printDeadlines(json: json)
    case ("deadline", 2): return try printDeadline(options, json: json)
    case ("calendar", 1): return try printCalendar(options, json: json)
    default:
        standardError(rulesHelp)
        return .usage
    }
}

// MARK: Eligibility

private func printTable(_ options: Arguments, json: Bool) throws -> ExitCode {
    let language = options.value("language") ?? "en"
    let strings = try StringCatalog.load(try sharedFolder(nil) + "/Kiosk/strings")
    var rows = EligibilityTable.rows
    if let text = options.value("reason") {
        guard let reason = ExamReason(rawValue: text) else {
            let known = ExamReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.usage, "--reason \(text) is none of \(known)")
        }
        rows = rows.filter { $0.reason == nil || $0.reason == reason }
    }
    func words(_ key: String) -> String { strings.text(key, language: language) }
    if json {
        try printJSON([
            "rows": .array(
                rows.map { row in
                    [
                        "id": .string(row.id), "reason": row.reason.map { .string($0.rawValue) } ?? .null,
                        "when": .object(
                            Dictionary(
                                uniqueKeysWithValues: row.when.map { ($0.key.rawValue, .string($0.value.rawValue)) })),
                        "outcome": .string(row.outcome.rawValue), "article": .string(row.article),
                        "why": row.why.map { .string($0.rawValue) } ?? .null,
                        "next": row.next.map { .string($0.rawValue) } ?? .null,
                    ]
                })
        ])
        return .done
    }
    standardOutput(
        "For every case the conditions of exactly one line hold; what a line does not name does not matter.\n")
    for row in rows {
        let when = EligibilityColumn.allCases.compactMap { column in
            row.when[column].map { "\(column.rawValue) = \($0.rawValue)" }
        }
        standardOutput(
            "\n\(row.id.padded(to: 14))\(row.outcome.rawValue), \(row.article)\n"
                + "              when \(when.joined(separator: ", "))\n")
        if let why = row.why { standardOutput("              \(words("refusal.notEligible.\(why.rawValue)"))\n") }
        if let next = row.next { standardOutput("              \(words("next.\(next.rawValue)"))\n") }
    }
    return .done
}

// MARK: Deadlines and calendar

private func words(_ period: Period) -> String {
    switch period {
    case .workingDays(let count): "\(count) working days"
    case .naturalDays(let count): "\(count) natural days"
    case .naturalDaysRolling(let count): "\(count) natural days, past a day off"
    case .months(let count): "\(count) months"
    case .years(let count): "\(count) years"
    case .lessThanYears(let count): "less than \(count) years"
    }
}

private func printDeadlines(json: Bool) throws -> ExitCode {
    if json {
        try printJSON([
            "deadlines": .array(
                Deadline.allCases.map {
                    [
                        "name": .string($0.rawValue), "period": .string(words($0.period)),
                        "article": .string($0.article),
                    ]
                })
        ])
    } else {
        for deadline in Deadline.allCases {
            standardOutput(
                deadline.rawValue.padded(to: 22) + words(deadline.period).padded(to: 36) + deadline.article + "\n")
        }
    }
    return .done
}

private func calendar(_ options: Arguments) throws -> WorkCalendar {
    let path = try options.value("calendar") ?? sharedFolder(nil) + "/QuestionBank/calendar.json"
    do {
        return try JSONCoder.decode(WorkCalendar.self, from: try readFile(path))
    } catch let error as SystemError {
        throw Failure(.inputOutput, "\(error)")
    } catch {
        throw Failure(.badData, "\(path): \(JSONCoder.explain(error))")
    }
}

private func printDeadline(_ options: Arguments, json: Bool) throws -> ExitCode {
    guard let deadline = Deadline(rawValue: options.words[1]) else {
        throw Failure(.usage, "there is no deadline \(options.words[1]); `kaotai rules deadlines` lists them")
    }
    guard let from = CalendarDate(try options.required("from")) else {
        throw Failure(.usage, "--from wants a day of the form YYYY-MM-DD")
    }
    let last: CalendarDate
    do { last = try deadline.lastDay(from: from, calendar: try calendar(options)) } catch let gap as CalendarGap {
        throw Failure(.badData, gap.description)
    }
    if json {
        try printJSON([
            "deadline": .string(deadline.rawValue), "from": .string(from.description),
            "lastDay": .string(last.description), "article": .string(deadline.article),
        ])
    } else {
        standardOutput("\(last) (\(words(deadline.period)) from \(from); \(deadline.article))\n")
    }
    return .done
}

private func printCalendar(_ options: Arguments, json: Bool) throws -> ExitCode {
    let calendar = try calendar(options)
    let problems = calendar.contradictions
    if json {
        try printJSON([
            "calendar": try JSONCoder.tree(calendar), "problems": .array(problems.map { .string($0) }),
        ])
    } else {
        for year in calendar.years {
            standardOutput("\(year.year)  (\(year.source))\n")
            for holiday in year.holidays {
                let days = holiday.from == holiday.until ? "\(holiday.from)" : "\(holiday.from) to \(holiday.until)"
                standardOutput("  off     \(days.padded(to: 26))\(holiday.names["en"] ?? "")\n")
            }
            for day in year.movedWorkingDays { standardOutput("  worked  \(day)\n") }
        }
        for problem in problems { standardOutput("wrong: \(problem)\n") }
    }
    return problems.isEmpty ? .done : .foundWrong
}

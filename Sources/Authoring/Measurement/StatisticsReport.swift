public import Exam
internal import QuestionBank

/// The statistics as one HTML page with its plots inside: no script, nothing fetched, for a screen and for paper.
public struct StatisticsReport: Sendable {
    private let statistics: BankStatistics
    private let language: LanguageTag
    private let heading: String

    /// - Parameters:
    ///   - language: of the questions' words.
    ///   - origin: where the answers are from, in words.
    public init(_ statistics: BankStatistics, language: LanguageTag, origin: String) {
        self.statistics = statistics
        self.language = language
        heading = origin
    }

    public var html: String {
        let banks = statistics.banks.map { "\($0.id), version \($0.version)" }.joined(separator: "; ")
        var page = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Item statistics: \(escaped(banks))</title><style>\(Self.style)</style></head><body>
            <h1>Item statistics</h1>
            <p class="sub">Bank \(escaped(banks)) · \(statistics.attempts) attempts, \(statistics.answers) answers · \
            \(escaped(heading))</p>
            <p class="warn">Holds questions and keys of the bank: not for publication.</p>

            """
        page += summary
        for programme in statistics.programmes where programme.language == nil {
            page += section(programme)
        }
        page += Self.explanation(minimum: statistics.bands.minimum)
        return page + "</body></html>\n"
    }

    private var summary: String {
        let flagged = statistics.flagged.filter { $0.language == nil }
        var page = "<h2>To look at first</h2>\n"
        if flagged.isEmpty {
            page += "<p>No question is flagged.</p>\n"
        } else {
            page += "<table class=\"two\"><tr><th>question</th><th>programme</th><th>why</th></tr>\n"
            for item in flagged {
                let flags = item.flags.map(\.meaning).joined(separator: "; ")
                page += "<tr><td><a href=\"#\(anchor(item))\">\(escaped(item.item.rawValue))</a></td>"
                page += "<td>\(escaped(item.programme.rawValue))</td><td>\(escaped(flags))</td></tr>\n"
            }
            page += "</table>\n"
        }
        page += """
            <h2>Programmes</h2>
            <table class="two"><tr><th>programme</th><th>language</th><th>attempts</th><th>passed</th><th>mean score</th>\
            <th>whole</th><th>KR-20</th><th>SEM, points</th></tr>

            """
        for programme in statistics.programmes {
            let passed = programme.attempts > 0 ? programme.passed * 1000 / programme.attempts : nil
            page +=
                "<tr\(programme.language == nil ? " class=\"all\"" : "")><td>\(escaped(programme.programme.rawValue))</td>"
            page += "<td>\(escaped(programme.language?.rawValue ?? "all"))</td><td>\(programme.attempts)</td>"
            page +=
                "<td>\(percent(passed))</td><td>\(decimal(programme.meanScore, digits: 1)) of \(programme.full)</td>"
            page += "<td>\(programme.whole)</td><td>\(decimal(programme.kr20))</td>"
            page += "<td>\(decimal(programme.standardError, digits: 1))</td></tr>\n"
        }
        return page + "</table>\n"
    }

    // MARK: one programme

    private func section(_ programme: ProgrammeStatistics) -> String {
        let code = programme.programme
        let items = statistics.items.filter { $0.programme == code && $0.language == nil }
        var page = "<h2>\(escaped(code.rawValue))</h2>\n<div class=\"plots\">"
        page += figure(scores(programme), "Scores")
        page += figure(difficulty(items), "Questions by share correct and point-biserial; shaded: look at these")
        for language in statistics.programmes.filter({ $0.programme == code }).compactMap(\.language) {
            let found = statistics.differences.filter { $0.programme == code && $0.language == language }
            guard let reference = found.first?.reference else { continue }
            page += figure(
                differences(found),
                "\(language) against \(reference): left is harder in \(language) for people who know as much")
        }
        page += "</div>\n"
        let flagged = items.filter { !$0.flags.isEmpty }
        if !flagged.isEmpty { page += "<h3>Flagged questions</h3>\n" }
        for item in flagged { page += card(item) }
        return page + table(items)
    }

    private func figure(_ svg: String, _ caption: String) -> String {
        "<figure>\(svg)<figcaption>\(escaped(caption))</figcaption></figure>"
    }

    private func scores(_ programme: ProgrammeStatistics) -> String {
        let full = Double(max(1, programme.full))
        // At most fifty bars: papers of a hundred points are shown two points a bar.
        let width = max(programme.pointsEach, Int((full / 50).rounded(.up)))
        let bars = Dictionary(programme.scores.map { ($0.key / width * width, $0.value) }, uniquingKeysWith: +)
        let most = Double(max(1, bars.values.max() ?? 1))
        var plot = Plot(width: 460, height: 280, x: 0...(full + Double(width)), y: 0...(most * 1.08))
        plot.axes(
            x: (0...5).map { (full * Double($0) / 5, "\(Int(full) * $0 / 5)") }, y: ticks(most),
            names: ("score", "attempts"))
        for (score, count) in bars.sorted(by: { $0.key < $1.key }) {
            let passes = score >= programme.passMark
            plot.band(
                x: Double(score)...(Double(score) + Double(width) * 0.85), y: 0...Double(count),
                passes ? .passed : .bar)
        }
        plot.vertical(Double(programme.passMark), label: "pass mark \(programme.passMark)")
        return plot.svg(description: "How many attempts of \(programme.programme) had each score")
    }

    private func difficulty(_ items: [ItemStatistics]) -> String {
        let enough = items.filter { $0.whole >= statistics.bands.minimum }
        var plot = Plot(width: 460, height: 280, x: 0...1, y: -0.5...0.8)
        plot.band(x: 0...1, y: -0.5...0, .attention)
        plot.band(x: 0...0.3, y: 0...0.8, .attention)
        plot.axes(
            x: [0, 0.3, 0.5, 0.85, 1].map { ($0, decimal(thousandths($0))) },
            y: [-0.4, -0.2, 0, 0.2, 0.3, 0.6].map { ($0, decimal(thousandths($0), digits: 1)) },
            names: ("share correct", "point-biserial"))
        for item in enough {
            guard let share = item.share, let r = item.pointBiserial else { continue }
            let isFlagged = item.flags.contains(.keyCheck) || item.flags.contains(.hard)
            plot.dot(
                x: Double(share) / 1000, y: Double(r) / 1000, isFlagged ? .flagged : .dot,
                title: "\(item.item): share \(decimal(share)), point-biserial \(decimal(r)), n \(item.whole)",
                label: isFlagged ? item.item.rawValue : nil)
        }
        return plot.svg(description: "Questions by share correct and point-biserial")
    }

    private func differences(_ found: [LanguageDifference]) -> String {
        let sorted = found.sorted { ($0.delta, $0.item) < ($1.delta, $1.item) }
        let reach = max(3, Double(sorted.map { abs($0.delta) }.max() ?? 0) / 1000 + 0.5)
        var plot = Plot(width: 460, height: 280, x: -reach...reach, y: 0...Double(sorted.count + 1))
        plot.band(x: -reach...(-1.5), y: 0...Double(sorted.count + 1), .attention)
        plot.band(x: 1.5...reach, y: 0...Double(sorted.count + 1), .attention)
        plot.axes(
            x: (reach > 4 ? [-reach, -1.5, 0, 1.5, reach] : [-1.5, -1, 0, 1, 1.5]).map {
                ($0, decimal(thousandths($0), digits: 1))
            }, y: [],
            names: ("Mantel–Haenszel delta", "questions, sorted"))
        for (place, difference) in sorted.enumerated() {
            plot.dot(
                x: Double(difference.delta) / 1000, y: Double(place + 1), difference.isFlagged ? .flagged : .dot,
                title: "\(difference.item): delta \(decimal(difference.delta)) ± \(decimal(difference.standardError))",
                label: difference.isFlagged ? difference.item.rawValue : nil)
        }
        return plot.svg(description: "How much harder or easier questions are in one language")
    }

    // MARK: one question

    private func anchor(_ item: ItemStatistics) -> String { escaped("\(item.programme)-\(item.item)-\(item.version)") }

    private func card(_ item: ItemStatistics) -> String {
        let authored = statistics.banks.lazy.compactMap { $0.contents?.items[item.item] }.first {
            $0.version == item.version
        }
        let text = authored.flatMap { $0.texts[language] ?? $0.texts.sorted { $0.key < $1.key }.first?.value }
        var page = "<section class=\"card\" id=\"\(anchor(item))\"><h4>\(escaped(item.item.rawValue)) "
        page += "<small>version \(item.version)</small></h4>"
        page += "<p class=\"flags\">\(escaped(item.flags.map(\.meaning).joined(separator: "; ")))</p>"
        if let text { page += "<p class=\"stem\">\(escaped(text.stem))</p>" }
        for difference in statistics.differences
        where difference.isFlagged && difference.item == item.item && difference.version == item.version
            && difference.programme == item.programme && difference.language != language
        {
            guard let stem = authored?.texts[difference.language]?.stem else { continue }
            page += "<p class=\"stem\"><small>\(escaped(difference.language.rawValue))</small> \(escaped(stem))</p>"
        }
        page += "<div class=\"plots\"><table class=\"options\"><tr><th>option</th><th>chosen</th><th></th></tr>\n"
        for (place, count) in item.chosen.enumerated() {
            let number = place + 1
            let share = item.count > 0 ? count * 1000 / item.count : 0
            let words =
                item.chosen.count == 2 && text?.options.isEmpty != false
                ? ["true", "false"][place] : text?.options[number] ?? ""
            let isKey = item.key.contains(number)
            page += "<tr><td>\(isKey ? "<b>✓ " : "")\(number). \(escaped(words))\(isKey ? "</b>" : "")</td>"
            page += "<td>\(percent(share))</td><td class=\"meter\"><i class=\"\(isKey ? "key" : "")\" "
            page += "style=\"width:\(share / 10)%\"></i></td></tr>\n"
        }
        page +=
            "</table>"
            + figure(characteristic(item), "Share correct in five groups of equal size, from low scores to high")
        page += "</div>\n<table><tr><th>language</th>\(Self.columns)</tr>\n" + row(item, first: "all")
        for part in statistics.items
        where part.item == item.item && part.version == item.version && part.programme == item.programme {
            guard let language = part.language else { continue }
            page += row(part, first: language.rawValue)
        }
        return page + "</table></section>\n"
    }

    private func characteristic(_ item: ItemStatistics) -> String {
        let groups = item.strata.shares(groups: 5)
        var plot = Plot(width: 300, height: 180, x: 0.5...5.5, y: 0...1)
        plot.axes(
            x: (1...5).map { (Double($0), ["lowest", "", "", "", "highest"][$0 - 1]) },
            y: [0, 0.5, 1].map { ($0, decimal(thousandths($0), digits: 1)) }, names: ("", "share correct"))
        let points = groups.enumerated().map { (x: Double($0.offset + 1), y: $0.element.share) }
        plot.line(points, .curve)
        for (point, group) in zip(points, groups) {
            plot.dot(
                x: point.x, y: point.y, .dot,
                title: "mean \(decimal(thousandths(group.meanScore), digits: 1)) right, n \(group.count)")
        }
        return plot.svg(description: "Share correct of \(item.item) by score")
    }

    private static let columns = """
        <th>n</th><th>correct</th><th>options chosen</th><th>left out</th><th>not reached</th><th>point-biserial</th>\
        <th>D</th><th>median time</th><th>flags and notes</th>
        """

    private func row(_ item: ItemStatistics, first: String) -> String {
        let options = item.chosen.enumerated().map { place, count in
            let share = percent(item.count > 0 ? count * 1000 / item.count : nil)
            return item.key.contains(place + 1) ? "<b>\(share)</b>" : share
        }.joined(separator: " · ")
        let words = item.flags.map { "<b>\(Self.word($0))</b>" } + item.notes.map(\.rawValue)
        let time = item.medianMs.map { decimal($0, digits: 1) + " s" } ?? "–"
        return "<tr\(item.flags.isEmpty ? "" : " class=\"flagged\"")><td>\(first)</td><td>\(item.count)</td>"
            + "<td>\(percent(item.share))</td><td>\(options)</td><td>\(item.omitted)</td><td>\(item.notReached)</td>"
            + "<td>\(decimal(item.pointBiserial))</td><td>\(decimal(item.upperLower))</td><td>\(time)</td>"
            + "<td>\(words.joined(separator: ", "))</td></tr>\n"
    }

    private func table(_ items: [ItemStatistics]) -> String {
        var page = "<h3>All questions</h3>\n<table><tr><th>question</th>\(Self.columns)</tr>\n"
        for item in items {
            let name = escaped(item.item.rawValue) + (item.version > 1 ? " <small>v\(item.version)</small>" : "")
            page += row(item, first: item.flags.isEmpty ? name : "<a href=\"#\(anchor(item))\">\(name)</a>")
        }
        return page + "</table>\n"
    }

    static func word(_ flag: ItemStatistics.Flag) -> String {
        switch flag {
        case .keyCheck: "check key"
        case .hard: "hard"
        case .languageDifference: "language"
        }
    }

    private func percent(_ thousandths: Int?) -> String { thousandths.map { "\(($0 + 5) / 10) %" } ?? "–" }

    private func ticks(_ most: Double) -> [(Double, String)] {
        var (step, turn) = (1, 0)
        // 1, 2, 5, 10, 20, …
        while Int(most) / step > 5 {
            step = turn % 3 == 1 ? step * 5 / 2 : step * 2
            turn += 1
        }
        return stride(from: 0, through: Int(most), by: step).map { (Double($0), "\($0)") }
    }
}

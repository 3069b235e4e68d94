import CivilTime
import Exam
import Hall
import Ledger
import Terminal
import TerminalLink

/// The index of a replay for a browser: plain HTML in one file, with nothing from elsewhere.
struct ReplayPage {
    let attempt: AttemptID
    let frames: [Frame]
    let entries: [Entry]
    let report: ReplayReport

    var html: String {
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Attempt \(escaped(attempt.rawValue))</title>
            <style>
            body { font: 16px/1.45 sans-serif; margin: 2em auto; max-width: 1200px; color: #1b2733; padding: 0 1em }
            h1 { font-size: 1.5em; overflow-wrap: anywhere }
            section { display: grid; grid-template-columns: 560px 1fr; gap: 0 1.6em; border-top: 1px solid #b8c4ce; padding: 1.2em 0 }
            img { width: 100%; border: 1px solid #b8c4ce; display: block }
            h2 { font-size: 1.05em; margin: 0 0 .3em }
            p { margin: .2em 0 } ol { margin: .2em 0 .2em 1.4em; padding: 0 } ul { margin: .2em 0 .2em 1.2em; padding: 0 }
            .same { color: #05603a } .different { color: #b42318; font-weight: bold } .quiet { color: #56636f }
            code { font-size: .88em; overflow-wrap: anywhere }
            @media (max-width: 900px) { section { grid-template-columns: 1fr } }
            </style></head><body>
            <h1>Attempt \(escaped(attempt.rawValue))</h1>
            <p>\(frames.count) screens at \(seats), \(report.contacts) contacts of fingers. \(verdict)</p>
            <p class="quiet">Made again from the journal, the question bank and the kiosk's words. Times are UTC. On a
            picture with touches a ring is where a finger came down, a disc where it was lifted, a cross where the panel
            took it back. The countdown is no part of a digest, nor are strokes of a signature.</p>

            """
        for (index, frame) in frames.enumerated() {
            page += section(frame, next: index + 1 < frames.count ? frames[index + 1] : nil)
        }
        return page + "</body></html>\n"
    }

    private var seats: String {
        "seat " + report.seats.map(String.init).joined(separator: ", then seat ")
    }

    private var verdict: String {
        var words: [String] = []
        switch report.digestMatches {
        case true?:
            words.append(
                "<span class=\"same\">All \(report.judged) pictures that could be judged are, pixel for pixel, what was shown.</span>"
            )
        case false?:
            words.append(
                "<span class=\"different\">\(report.mismatches.count) of \(report.judged) judged pictures are not what was shown.</span>"
            )
        case nil: words.append("No picture could be judged.")
        }
        for (reason, count) in report.notJudged.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            words.append("\(count) not judged: \(reason.words).")
        }
        if report.otherBank > 0 {
            words.append("\(report.otherBank) more were made with another bank before the paper was drawn.")
        }
        return words.joined(separator: " ")
    }

    private func section(_ frame: Frame, next: Frame?) -> String {
        let shown = frame.shown
        let touched = !frame.contacts.isEmpty
        var text = """
            <section><div><a href="\(frame.file)"><img src="\(touched ? frame.touchedFile : frame.file)" alt="screen \(frame.number)" loading="lazy"></a></div><div>
            <h2>\(frame.number). \(escaped(title(frame)))</h2>
            <p class="quiet">\(escaped(shown.wall.description)) · seat \(shown.seat.number) · revision \(shown.revision)\(time(frame))</p>

            """
        if let state = answerState(frame) { text += "<p>\(escaped(state))</p>\n" }
        if touched {
            text += "<p>Touched:</p><ol>\n"
            for (contact, control) in frame.contacts { text += "<li>\(escaped(words(contact, control, frame)))</li>\n" }
            text += "</ol>\n"
        }
        let followed = entries.filter {
            $0.sequence > shown.entry && $0.sequence <= (next?.shown.entry ?? Int.max)
        }
        if !followed.isEmpty {
            text += "<p>Then in the journal:</p><ul>\n"
            for entry in followed { text += "<li>\(escaped(words(entry, frame.attempt)))</li>\n" }
            text += "</ul>\n"
        }
        text += judged(frame) + "</div></section>\n"
        return text
    }

    private func judged(_ frame: Frame) -> String {
        switch frame.verdict {
        case .same:
            "<p class=\"same\">Pixel for pixel what was shown. <code>\(frame.shown.digest?.digest.prefix(16) ?? "")…</code></p>"
        case .different: "<p class=\"different\">NOT what was shown: its digest is another.</p>"
        case .notJudged(let reason): "<p class=\"quiet\">Not judged: \(reason.words).</p>"
        }
    }

    private func time(_ frame: Frame) -> String {
        guard let clock = frame.scene.header?.clock else { return "" }
        let milliseconds =
            switch clock {
            case .running(let until): (until - frame.shown.at) / 1000
            case .stopped(let remaining): remaining
            }
        let seconds = (max(0, milliseconds) + 999) / 1000
        return " · \(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60) left"
    }

    private func title(_ frame: Frame) -> String {
        switch frame.scene.screen {
        case .question(let question): "Question \(question.number) of \(question.total)"
        case .greeting: "Greeting"
        case .rules: "The rules"
        case .overview: "Overview of all questions"
        case .submit: "Before handing in"
        case .earlyFail: "The pass mark is out of reach"
        case .ended: "The end"
        case .result: "The score"
        case .signature: "The signature"
        case .farewell: "Farewell"
        case .paused: "Paused"
        case .languages: "Choice of language"
        case .trial: "Trying the screen"
        case .outOfOrder(let fault): "Out of order (\(fault.code))"
        case .idle, .reading, .refused, .assigned, .practiceStart, .practiceEnd: "Without an exam"
        }
    }

    /// The state of the answer that stood on the screen.
    private func answerState(_ frame: Frame) -> String? {
        guard case .question(let question) = frame.scene.screen, let paper = frame.attempt.paper else { return nil }
        let item = paper.items[question.number - 1]
        let chosen = letters(of: frame.attempt.answer(to: question.number), in: item)
        var state = "\(item.item.rawValue), version \(item.version): "
        state += chosen.isEmpty ? "nothing chosen" : "\(chosen) chosen"
        if frame.scene.header?.saved == .saved { state += ", shown as saved" }
        if question.committed { state += ", final" }
        if let verdict = question.verdict { state += verdict == .right ? ", told to be right" : ", told to be wrong" }
        if question.flagged { state += ", marked for later" }
        return state
    }

    /// Options by the letters that they had on the screen, with their authored numbers.
    private func letters(of options: [Int], in item: PaperItem) -> String {
        options.map { option in
            let place = item.options.firstIndex(of: option).map { String(UnicodeScalar(UInt8(65 + $0 % 26))) } ?? "?"
            return "\(place) (option \(option))"
        }.joined(separator: ", ")
    }

    private func words(_ contact: Contact, _ control: String?, _ frame: Frame) -> String {
        let at = contact.began - frame.shown.at
        var words = "after \(max(0, at / 1000)) ms, for \((contact.ended - contact.began) / 1000) ms: "
        if let from = contact.path.first, let to = contact.path.last {
            words += from == to ? "at \(from.x), \(from.y)" : "from \(from.x), \(from.y) to \(to.x), \(to.y)"
        }
        words += control.map { ", on “\($0)”" } ?? ", on no control"
        switch contact.end {
        case .lifted: break
        case .cancelled: words += "; the panel took it back"
        case .open: words += "; the finger stayed"
        }
        return words
    }

    private func words(_ entry: Entry, _ attempt: Attempt) -> String {
        let name = "\(entry.sequence) \(entry.kind)"
        guard let kind = AttemptEntryKind(rawValue: entry.kind), let value = try? AttemptEntry(journal: entry) else {
            return name
        }
        let detail: String? =
            switch value {
            case .chose(let chose):
                attempt.paper.flatMap { paper in
                    paper.items.indices.contains(chose.number - 1) ? paper.items[chose.number - 1] : nil
                }.map { item in
                    let letters = letters(of: chose.answer, in: item)
                    return "question \(chose.number): " + (letters.isEmpty ? "nothing" : letters)
                }
            case .showed(let showed): "question \(showed.number)"
            case .committed(let committed): "question \(committed.number)"
            case .judged(let judged): "question \(judged.number): \(judged.right ? "right" : "wrong")"
            case .flagged(let flagged): "question \(flagged.number)\(flagged.flagged ? "" : ", no longer")"
            case .ended(let ended): "\(ended.by.rawValue), after \(ended.spentMs / 1000) s"
            case .scored(let scored): "\(scored.score) of \(scored.full), \(scored.passed ? "passed" : "failed")"
            case .interrupted(let interrupted): interrupted.cause.rawValue
            case .credited(let credited):
                "\(credited.ms / 1000) s given back"
                    + (credited.stoodMs.map { ", the clock stood for \($0 / 1000) s" } ?? "")
            case .moved(let moved): "from seat \(moved.from) to seat \(moved.to), \(moved.cause.rawValue)"
            case .reopened(let reopened): reopened.reason
            case .paused(let paused): paused.reason.rawValue
            default: nil
            }
        return "\(name): \(kind.meaning)" + (detail.map { " (\($0))" } ?? "")
    }

    private func escaped(_ text: String) -> String {
        var out = ""
        for character in text {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.append(character)
            }
        }
        return out
    }
}

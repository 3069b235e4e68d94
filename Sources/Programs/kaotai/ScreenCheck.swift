import Exam
import Glibc
import Platform
import QuestionBank
import Terminal
import TerminalLink
import Workshop

/// Lays every question out as terminals do, in every language it has, and says what does not stand on a screen.
struct ScreenCheck: Sendable {
    let kiosk: Kiosk
    let contents: BankContents
    let items: [AuthoredItem]

    /// A question in one language.
    private struct Sheet {
        let authored: AuthoredItem
        let language: LanguageTag
    }

    /// In order of the questions; layouts are made on all processors, since each has its own fonts.
    func findings() async -> [Finding] {
        // One language after the other: fonts that were opened for it are still there for the next question.
        let sheets = items.filter { $0.state != .retired }
            .flatMap { authored in authored.item.texts.keys.map { Sheet(authored: authored, language: $0) } }
            .sorted { ($0.language, $0.authored.item.id) < ($1.language, $1.authored.item.id) }
        let workers = max(1, min(sheets.count, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
        let progress = CheckProgress(total: sheets.count)
        let all = await withTaskGroup(of: [Finding].self) { group in
            for worker in 0..<workers {
                let part = sheets[sheets.count * worker / workers..<sheets.count * (worker + 1) / workers]
                group.addTask { @concurrent in
                    let fit = ScreenFit(kiosk: kiosk)
                    return part.flatMap { sheet in
                        defer { progress.advance() }
                        return findings(on: sheet, fit)
                    }
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        progress.finish()
        return all.sorted { (one, other) in
            (one.file, one.line ?? 0, one.message) < (other.file, other.line ?? 0, other.message)
        }
    }

    private func findings(on sheet: Sheet, _ fit: ScreenFit) -> [Finding] {
        let (authored, language) = (sheet.authored, sheet.language)
        let sample = QuestionSample(authored.item, language: language, index: contents.index)
        var words = fit.misfits(sample).map { "the question \($0)" }
        words += fit.explanationMisfits(sample).map { "the explanation \($0)" }
        for text in [sample.stem, sample.explanation, sample.picture?.alternative ?? ""] + sample.options {
            let unknown = fit.unknownCharacters(text, language: language.rawValue)
            if !unknown.isEmpty { words.append("no installed font has \(String(unknown)), in \"\(text)\"") }
        }
        return words.map {
            Finding(
                file: authored.file, line: authored.line, item: authored.item.id, rule: .screen, "\(language): \($0)",
                weight: authored.weight(in: language, translations: contents.index.translations))
        }
    }
}

extension QuestionSample {
    /// A question as its bank has it.
    init(_ item: Item, language: LanguageTag, index: BankIndex) {
        let text = item.texts[language] ?? ItemText(stem: "", options: [:], explanation: "")
        let kind: Screen.QuestionKind =
            switch item.kind {
            case .judge: .judge
            case .single: .single
            case .multi: .multi
            }
        self.init(
            language: language.rawValue, kind: kind, stem: text.stem,
            options: item.kind == .judge ? ["", ""] : text.options.sorted { $0.key < $1.key }.map(\.value),
            explanation: text.explanation, area: index.areas[item.area]?[language] ?? item.area.rawValue,
            picture: item.picture.map {
                PictureReference(digest: $0.digest, alternative: $0.alternatives[language] ?? "")
            })
    }
}

/// How much is done, on standard error, once the work has taken more than two seconds.
final class CheckProgress: Sendable {
    private struct State {
        var done = 0
        var said: Instant?
    }

    private let total: Int
    private let time = SystemTime()
    private let start: Instant
    private let state = Guarded(State())

    init(total: Int) {
        self.total = total
        start = time.now()
    }

    func advance() {
        state.withLock { state in
            state.done += 1
            let now = time.now()
            guard now.milliseconds(since: start) > 2000 else { return }
            if let said = state.said, now.milliseconds(since: said) < (isatty(2) == 1 ? 300 : 5000) { return }
            state.said = now
            let words = "\(state.done) of \(total) texts laid out on the screens"
            standardError(isatty(2) == 1 ? "\r\(words)" : "\(words)\n")
        }
    }

    func finish() {
        state.withLock { if $0.said != nil, isatty(2) == 1 { standardError("\r\u{1B}[2K") } }
    }
}

internal import Exam

/// Goes through an archive once and counts, by programme, language and question.
struct Tally {
    private struct Key: Hashable {
        let programme: ProgrammeCode
        let language: LanguageTag
    }

    /// One programme in one language.
    private struct Group {
        var programme: ProgrammeStatistics
        /// Where a question's statistics stand in `items`; -1 for one that did not come yet.
        var places: [Int]
        var items: [ItemStatistics] = []
        var wholeRows: [AnswerArchive.Row] = []
    }

    private let archive: AnswerArchive
    /// The same version of a question in several banks is one question; for each of the archive's, the first of its like.
    private var representatives: [Int] = []
    private var options: [Int] = []
    private var keys: [UInt32] = []
    private var groups: [Key: Group] = [:]

    /// - Parameter banks: for each bank of the archive the one at hand.
    init(_ archive: AnswerArchive, name: String, banks: [MeasuredBank?]) throws(Unusable) {
        self.archive = archive
        struct Like: Hashable {
            let item: ItemID
            let version: Int
            let key: UInt32
        }
        var first: [Like: Int] = [:]
        for (place, asked) in archive.questions.enumerated() {
            guard let bank = banks[asked.bank] else {
                representatives.append(place)
                options.append(AnswerArchive.mostOptions)
                keys.append(0)
                continue
            }
            let question = try bank.question(asked)
            options.append(question.options)
            keys.append(question.key)
            let like = Like(item: asked.item, version: asked.version, key: question.key)
            representatives.append(first[like] ?? place)
            if first[like] == nil { first[like] = place }
        }
        try archive.checkOptions(limits: options, name: name)
    }

    mutating func take(_ row: AnswerArchive.Row) {
        let key = Key(
            programme: archive.programmes[Int(row.programme)], language: archive.languages[Int(row.language)])
        if groups[key] == nil {
            var programme = ProgrammeStatistics(programme: key.programme, language: key.language)
            programme.questions = Int(row.count)
            programme.pointsEach = Int(row.pointsEach)
            programme.full = Int(row.full)
            programme.passMark = Int(row.passMark)
            groups[key] = Group(programme: programme, places: Array(repeating: -1, count: archive.questions.count))
        }
        let (archive, representatives, options, keys) = (archive, representatives, options, keys)
        func count(_ group: inout Group) {
            let words = archive.words[row.answers]
            let score = words.reduce(0) { $0 + ($1 & 0xFFF == keys[Int($1 >> 12)] ? 1 : 0) }
            var reached = words.endIndex
            if AnswerArchive.endings[Int(row.endedBy)] != .submitted {
                reached = words.lastIndex { $0 & 0xFFF != 0 }.map { $0 + 1 } ?? words.startIndex
            }
            let isWhole = reached == words.endIndex
            group.programme.attempts += 1
            if row.score >= row.passMark { group.programme.passed += 1 }
            group.programme.scores[Int(row.score), default: 0] += 1
            if group.programme.questions != Int(row.count) { group.programme.questions = nil }
            if isWhole {
                group.programme.whole += 1
                group.wholeRows.append(row)
            }
            for (place, word) in zip(words.indices, words) {
                let question = representatives[Int(word >> 12)]
                if group.places[question] < 0 {
                    group.places[question] = group.items.count
                    let asked = archive.questions[question]
                    group.items.append(
                        ItemStatistics(
                            item: asked.item, version: asked.version, programme: key.programme,
                            language: key.language, options: options[question], key: keys[question]))
                }
                let item = group.places[question]
                guard place < reached else {
                    group.items[item].notReached += 1
                    continue
                }
                let answer = word & 0xFFF
                let isRight = answer == keys[question]
                group.items[item].count += 1
                if isRight { group.items[item].right += 1 }
                if answer == 0 { group.items[item].omitted += 1 }
                var rest = answer
                while rest != 0 {
                    group.items[item].chosen[rest.trailingZeroBitCount] += 1
                    rest &= rest - 1
                }
                if isWhole { group.items[item].strata.add(score: score, isRight: isRight) }
                if archive.hasTimes, archive.times[place] != AnswerArchive.timeUnknown {
                    group.items[item].times.append(archive.times[place])
                }
            }
        }
        count(&groups[key]!)
    }

    /// Programmes and items, all languages together before each, with their reliability.
    consuming func finish() -> (programmes: [ProgrammeStatistics], items: [ItemStatistics]) {
        var programmes: [ProgrammeStatistics] = []
        var items: [ItemStatistics] = []
        for code in Set(groups.keys.map(\.programme)).sorted() {
            let parts = groups.filter { $0.key.programme == code }.sorted { $0.key.language < $1.key.language }.map(
                \.value)
            var all = ProgrammeStatistics(programme: code, language: nil)
            var places = Array(repeating: -1, count: archive.questions.count)
            var together: [ItemStatistics] = []
            for part in parts {
                all.add(part.programme)
                for (question, place) in part.places.enumerated() where place >= 0 {
                    if places[question] < 0 {
                        places[question] = together.count
                        let asked = archive.questions[question]
                        together.append(
                            ItemStatistics(
                                item: asked.item, version: asked.version, programme: code, language: nil,
                                options: options[question], key: keys[question]))
                    }
                    together[places[question]].add(part.items[place])
                }
            }
            all.reliability = reliability(of: parts.flatMap(\.wholeRows), places, together)
            programmes.append(all)
            items += together
            for part in parts {
                var programme = part.programme
                programme.reliability = reliability(of: part.wholeRows, part.places, part.items)
                programmes.append(programme)
                items += part.items
            }
        }
        for place in items.indices { items[place].times.sort() }
        items.sort {
            ($0.programme, $0.item, $0.version, $0.language ?? "") < (
                $1.programme, $1.item, $1.version, $1.language ?? ""
            )
        }
        return (programmes, items)
    }

    private func reliability(of rows: [AnswerArchive.Row], _ places: [Int], _ items: [ItemStatistics]) -> Reliability {
        let shares = items.map { $0.strata.share ?? 0 }
        var reliability = Reliability()
        for row in rows {
            var (right, expected, products) = (0, 0.0, 0.0)
            for word in archive.words[row.answers] {
                let question = representatives[Int(word >> 12)]
                let share = shares[places[question]]
                if word & 0xFFF == keys[question] { right += 1 }
                expected += share
                products += share * (1 - share)
            }
            reliability.add(right: right, expected: expected, products: products)
        }
        return reliability
    }
}

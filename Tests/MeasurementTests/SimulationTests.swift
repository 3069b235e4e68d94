import CanonicalJSON
import Exam
import Testing
import Workshop

@testable import Measurement

/// Invented people on the shipped bank: what is wrong is found, what is right is left alone.
@Suite struct SimulationTests {
    static let bank: MeasuredBank? = {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        return BankSource(folder: "\(root)/QuestionBank").contents.map {
            MeasuredBank(name: "QuestionBank", digest: sampleBankDigest, contents: $0)
        }
    }()

    static func statistics(_ faults: Set<SimulatedPopulation.Fault>) throws -> BankStatistics {
        let bank = try #require(bank)
        let answers = try SimulatedPopulation(seed: 20261122, faults: faults)
            .sit("K1-CAR", bank: bank, candidates: ["zh-Hans": 700, "en": 700])
        return try BankStatistics(answers, name: "simulation", banks: [bank])
    }

    /// Nothing is wrong with the bank.
    static let clean = Result { try statistics([]) }

    /// The questions of the bank that papers of K1-CAR ask often, in order.
    static func asked(_ statistics: BankStatistics) -> [ItemID] {
        statistics.items.filter { $0.language == nil && $0.whole >= 300 }.map(\.item)
    }

    @Test func `a clean bank has no flags, and the same with faults has exactly those`() throws {
        let clean = try Self.clean.get()
        #expect(clean.flagged.map { "\($0.item) \($0.flags)" } == [])
        #expect(clean.items.contains { $0.pointBiserial ?? 0 > 200 })
        #expect((600...900).contains(clean.programmes[0].kr20 ?? 0))

        let asked = Self.asked(clean)
        #expect(asked.count > 20)
        let (wrong, bad) = (asked[3], asked[asked.count / 2])
        let faulty = try Self.statistics([.wrongKey(wrong), .badTranslation(bad, "en")])
        let together = faulty.flagged.filter { $0.language == nil }
        #expect(Set(together.map(\.item)) == [wrong, bad])
        let key = try #require(together.first { $0.item == wrong })
        #expect(key.flags.contains(.keyCheck) && key.pointBiserial ?? 0 < 0)
        let translation = try #require(together.first { $0.item == bad })
        #expect(translation.flags.contains(.languageDifference))
        let difference = try #require(faulty.differences.first { $0.item == bad && $0.isFlagged })
        #expect(difference.reference == "zh-Hans" && difference.language == "en" && difference.delta < -1500)
        #expect(Set(faulty.differences.filter(\.isFlagged).map(\.item)) == [bad])
    }

    @Test func `the same seed gives the same people`() throws {
        let bank = try #require(Self.bank)
        func answers(_ seed: UInt64) throws -> [UInt32] {
            try SimulatedPopulation(seed: seed).sit("K1-CAR", bank: bank, candidates: ["en": 3]).words
        }
        #expect(try answers(1) == answers(1))
        #expect(try answers(1) != answers(2))
    }

    @Test func `a programme that the bank gives no papers for is refused`() throws {
        let bank = try #require(Self.bank)
        #expect(throws: Unusable("QuestionBank", "the bank gives no papers for programme K9")) {
            try SimulatedPopulation(seed: 1).sit("K9", bank: bank, candidates: ["en": 3])
        }
    }
}

@Suite struct ReportTests {
    @Test func `the report is one page that runs and fetches nothing, and its words are escaped`() throws {
        let statistics = try SimulationTests.clean.get()
        let page = StatisticsReport(statistics, language: "en", origin: "<script>alert('&')</script>").html
        #expect(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"))
        for word in ["<script", "http://", "https://", " src=", "@import", "url("] {
            let left = page.replacing("xmlns=\"http://www.w3.org/2000/svg\"", with: "")
            #expect(!left.contains(word), "\(word)")
        }
        // Every element that is opened is closed.
        for element in ["table", "svg", "figure", "section", "div", "h2", "tr", "td", "dl", "text"] {
            let opened = page.split(separator: "<\(element)", omittingEmptySubsequences: false).count(where: {
                $0.first == " " || $0.first == ">"
            })
            let closed = page.split(separator: "</\(element)>", omittingEmptySubsequences: false).count - 1
            #expect(opened == closed, "\(element)")
        }
        #expect(page.contains("No question is flagged."))
    }

    @Test(arguments: [
        (349, 2, "0.35"), (-66, 2, "−0.07"), (-4, 2, "0.00"), (1000, 2, "1.00"), (12317, 1, "12.3"), (950, 1, "1.0"),
    ])
    func `thousandths are written as people read them`(value: Int, digits: Int, text: String) {
        #expect(decimal(value, digits: digits) == text)
    }

    @Test func `the table shows flags first, and JSON holds integers only`() throws {
        let statistics = try SimulationTests.clean.get()
        let table = statistics.table(flaggedOnly: true)
        #expect(table.split(separator: "\n").count == 5)
        let item = try #require(statistics.document["items"]?.arrayValue?.first)
        #expect(item["share"]?.integerValue == statistics.items[0].share)
        #expect(item["options"]?.arrayValue?.count == statistics.items[0].chosen.count)
    }
}

import Benchmarks
import CanonicalJSON
import Cryptography
import Exam
import Packages
import Platform
import QuestionBank
import Workshop

/// Opening and packing a bank of ten thousand questions in seven languages, every fifth with a picture of its own.
func packageBenchmark(rounds: Int) throws -> [Figure] {
    let folder = "/tmp/kaotai-bench-\(hexadecimal(systemEntropy(4)))"
    defer { removeTree(folder) }
    try makeDirectory(folder)
    let contents = try Synthetic.bank(items: 10_000)
    let (author, appliance) = (SigningKey.generate(), SealingKey.generate())
    let path = "\(folder)/bank.ktbank"
    let packing = try (0..<3).map { _ in
        try milliseconds {
            try QuestionPackage.write(
                contents, to: path, signer: author, recipients: [.init(appliance.publicSealingKey)])
        }
    }
    let trust = QuestionPackage.Trust.keys(JWKS(keys: [author.publicJWK]))
    let bytes = try readFile(path)
    standardError("package: \(contents.index.items.count) questions, \(bytes.count >> 20) MiB\n")
    let digesting = (0..<rounds).map { _ in milliseconds { _ = sha256(bytes) } }
    let opening = try (0..<rounds).map { _ in
        try milliseconds {
            let package = try QuestionPackage(path: path, trust: trust)
            try package.verifyParts()
        }
    }
    let index = try JSONCoder.encode(contents.index)
    let reading = try (0..<rounds).map { _ in try milliseconds { _ = try BankIndex(json: index) } }
    let package = try QuestionPackage(path: path, trust: trust)
    let texts = try QuestionTexts(package, with: appliance)
    let questions = try contents.index.items.prefix(500).map { entry in
        let begin = SystemTime().now().microseconds
        _ = try texts.item(entry.id)
        return SystemTime().now().microseconds - begin
    }
    return [
        Figure("open a package of 10,000, every byte verified", unit: "ms", values: opening, limit: 150),
        Figure("its bytes digested in one go", unit: "ms", values: digesting),
        Figure("read its index", unit: "ms", values: reading),
        Figure("open one question in seven languages", unit: "µs", values: questions),
        Figure("pack 10,000 questions with pictures", unit: "ms", values: packing, limit: 10_000),
    ]
}

private func milliseconds(_ work: () throws -> Void) rethrows -> Int {
    let begin = SystemTime().now()
    try work()
    return SystemTime().now().milliseconds(since: begin)
}

/// A bank that nobody wrote.
private enum Synthetic {
    static let languages: [LanguageTag] = ["en", "es", "fr", "ja", "ru", "zh-Hans", "zh-Hant"]

    static func bank(items count: Int) throws -> BankContents {
        var generator = ChaCha20Generator(seed: [UInt8](repeating: 1, count: 32))
        var items: [ItemID: Item] = [:]
        var keys: [ItemID: Set<Int>] = [:]
        var pictures: [String: [UInt8]] = [:]
        for number in 0..<count {
            let id = ItemID("SYN-\(100_000 + number)")
            let kind = ItemKind.allCases[number % 3]
            var picture: Picture?
            if number % 5 == 0 {
                // As large as a drawing of ours is; a package does not look into its pictures.
                let png = (0..<12_000).map { _ in UInt8(generator.uniform(below: 256)) }
                let digest = hexadecimal(sha256(png))
                pictures[digest] = png
                picture = Picture(digest: digest, width: 1040, height: 780, alternatives: ["en": "a drawing"])
            }
            items[id] = Item(
                id: id, version: 1, kind: kind, area: ["law", "signals", "safety", "signs"][number % 4],
                classes: ["C1", "C2", "C3", "C5"], basis: "RTSL Art. \(number % 124)", picture: picture,
                texts: Dictionary(uniqueKeysWithValues: languages.map { ($0, text(number, kind, $0)) }),
                written: "A 2026-01-01", reviewed: "B 2026-01-02")
            keys[id] = kind == .multi ? [1, 3] : [1 + number % 2]
        }
        return BankContents(
            index: BankIndex(
                id: "synthetic", version: 1, languages: languages, validFrom: nil, validUntil: nil, areas: [:],
                programmes: [], blueprints: [], promises: [], items: items.values.map(\.indexEntry)),
            items: items, keys: keys, pictures: pictures)
    }

    private static func text(_ number: Int, _ kind: ItemKind, _ language: LanguageTag) -> ItemText {
        let words = "what the driver of a small car should do at crossing \(number) in language \(language), "
        let options = Dictionary(uniqueKeysWithValues: (1...4).map { ($0, "option \($0) of \(words.prefix(40))") })
        return ItemText(
            stem: words + words, options: kind == .judge ? [:] : options, explanation: "because of \(words)")
    }
}

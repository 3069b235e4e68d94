internal import COpenCC
internal import Platform

/// Simplified characters made into traditional ones: everything that touches OpenCC.
///
/// The forms are those of the standard that Taiwan teaches (裡, 著), which readers in Hong Kong and Macao know as well. The words
/// stay those of the mainland's law, since the exam is about that law: a converter that also changes words would make
/// 通过 into 透過 and 注销 into 登出.
final class ChineseConverter {
    private static let configuration = "s2tw.json"

    private let handle: opencc_t
    /// What an author decided, by the first character, longer words first.
    private let words: [Character: [(from: [Character], to: String)]]

    /// - Parameter words: what these words become, whatever the dictionaries say.
    /// - Throws: `Failure` when the library's dictionaries are not installed.
    init(words: [(from: String, to: String)]) throws(Failure) {
        // The library says with all bits set that it failed.
        guard let handle = opencc_open(Self.configuration), Int(bitPattern: handle) != -1 else {
            throw Failure(
                .unavailable,
                "OpenCC cannot open \(Self.configuration): \(String(cString: opencc_error())); "
                    + "Provisioning/install-packages.sh installs what is missing")
        }
        self.handle = handle
        self.words = Dictionary(
            grouping: words.filter { !$0.from.isEmpty }.map { (from: Array($0.from), to: $0.to) }
        ) { $0.from[0] }.mapValues { $0.sorted { $0.from.count > $1.from.count } }
    }

    deinit { _ = opencc_close(handle) }

    /// - Throws: `Failure` for a text that the library does not take.
    func traditional(_ text: String) throws(Failure) -> String {
        let characters = Array(text)
        var result = ""
        var plain = ""
        var place = 0
        while place < characters.count {
            if let word = words[characters[place]]?.first(where: { characters[place...].starts(with: $0.from) }) {
                result += try converted(plain) + word.to
                plain = ""
                place += word.from.count
            } else {
                plain.append(characters[place])
                place += 1
            }
        }
        return try result + converted(plain)
    }

    private func converted(_ text: String) throws(Failure) -> String {
        guard !text.isEmpty else { return "" }
        guard let bytes = opencc_convert_utf8(handle, text, text.utf8.count) else {
            throw Failure(.badData, "OpenCC does not take \"\(text)\": \(String(cString: opencc_error()))")
        }
        defer { opencc_convert_utf8_free(bytes) }
        return String(cString: bytes)
    }
}

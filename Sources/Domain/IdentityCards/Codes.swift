/// Sex as cards write it (GB/T 2261.1).
public enum Sex: String, CaseIterable, Codable, Sendable {
    case unknown, male, female, unstated

    /// The code on the card.
    public var code: String {
        switch self {
        case .unknown: "0"
        case .male: "1"
        case .female: "2"
        case .unstated: "9"
        }
    }

    public init?(code: String) {
        guard let sex = Self.allCases.first(where: { $0.code == code }) else { return nil }
        self = sex
    }

    /// As it is printed on a card.
    public var name: String {
        switch self {
        case .unknown: "未知"
        case .male: "男"
        case .female: "女"
        case .unstated: "未说明"
        }
    }
}

/// A nation of China as resident cards write it (GB/T 3304, with the two codes that only cards use).
public struct Nation: Hashable, Sendable {
    /// 1 to 58.
    public let number: Int

    /// From the two digits on the card.
    public init?(code: String) {
        guard code.utf8.count == 2, code.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(code),
            (1...Self.names.count).contains(number)
        else { return nil }
        self.number = number
    }

    public var code: String { number < 10 ? "0\(number)" : "\(number)" }

    /// As it is printed on a card, without 族.
    public var name: String { Self.names[number - 1] }

    private static let names = [
        "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜", "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎",
        "傈僳", "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜", "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬",
        "锡伯", "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂", "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲",
        "门巴", "珞巴", "基诺", "其他", "外国血统中国籍",
    ]
}

import CanonicalJSON
import Glibc
public import Platform
public import TerminalLink

/// A colour of 8 bits a channel.
public struct Color: Hashable, Sendable, Codable {
    public var red: Int
    public var green: Int
    public var blue: Int

    public init(red: Int, green: Int, blue: Int) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// Written `#RRGGBB`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.count == 7, text.first == "#", let bytes = bytes(hexadecimal: text.dropFirst()) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a colour is written #RRGGBB")
        }
        self.init(red: Int(bytes[0]), green: Int(bytes[1]), blue: Int(bytes[2]))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("#" + hexadecimal([UInt8(red), UInt8(green), UInt8(blue)]))
    }

    /// Relative luminance of WCAG 2.2.
    public var luminance: Double {
        func linear(_ channel: Int) -> Double {
            let value = Double(channel) / 255
            return value <= 0.04045 ? value / 12.92 : Self.power((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio of WCAG 2.2, from 1 to 21.
    public func contrast(with other: Color) -> Double {
        let (a, b) = (luminance, other.luminance)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    private static func power(_ base: Double, _ exponent: Double) -> Double { Glibc.pow(base, exponent) }
}

/// What a surface is for; text is only ever drawn in the colours of the tone it lies on.
public enum Tone: String, Hashable, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    case page, card, header, primary, primaryPressed, secondary, pressed, chosen, disabled, positive, negative, notice

    /// How the surface looks under a finger.
    var underFinger: Tone { self == .primary ? .primaryPressed : .pressed }
}

/// The colours of one tone.
public struct ToneColors: Hashable, Sendable, Codable {
    public var fill: Color
    public var ink: Color
    public var muted: Color
    /// Borders and rules; never text.
    public var line: Color
}

/// `Kiosk/theme.json`: fonts by language and the colours of every tone.
public struct Theme: Sendable, Codable {
    /// Font families by language tag or its first part; `default` for all others.
    public var fonts: [String: String]
    public var themes: [String: [Tone: ToneColors]]

    public static func load(_ path: String) throws(Failure) -> Theme {
        let theme: Theme
        do { theme = try JSONCoder.decode(Theme.self, from: try readFile(path)) } catch {
            throw Failure(.badConfiguration, "\(path): \(JSONCoder.explain(error))")
        }
        guard theme.fonts["default"] != nil else {
            throw Failure(.badConfiguration, "\(path): fonts has no \"default\"")
        }
        for name in ThemeName.allCases {
            for tone in Tone.allCases where theme.themes[name.rawValue]?[tone] == nil {
                throw Failure(.badConfiguration, "\(path): theme \"\(name.rawValue)\" has no tone \"\(tone.rawValue)\"")
            }
        }
        return theme
    }

    /// The colours of a tone; `load` has seen that there are some.
    public func colors(_ tone: Tone, in theme: ThemeName) -> ToneColors { themes[theme.rawValue]![tone]! }

    func families(for language: String) -> String {
        let first = language.prefix { $0 != "-" }
        return fonts[language] ?? fonts[String(first)] ?? fonts["default"]!
    }
}

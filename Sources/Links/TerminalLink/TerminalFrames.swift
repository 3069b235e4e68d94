/// What the daemon sends to a terminal; one JSON member a frame, named as the case.
public enum ToTerminal: Hashable, Sendable {
    case scene(Scene)
    /// A picture, sent once per connection before the first scene that shows it.
    case media(Media)
    /// Draw this slip as PDF and send it back in `slip` frames.
    case drawSlip(Slip)
    /// Send what is on the screen now as PNG in a `capture` frame.
    case capture(Int)
}

/// What a terminal sends; the socket alone says whose it is.
public enum FromTerminal: Hashable, Sendable {
    /// First frame: what this terminal is.
    case hello(Hello)
    case intent(Intent)
    case touch(TouchRecord)
    case health(Health)
    case shown(Shown)
    case slip(SlipPart)
    case capture(Capture)
}

public struct Media: Hashable, Sendable, Codable {
    public var digest: String
    /// PNG, base64url.
    public var data: String
    public init(digest: String, data: String) {
        self.digest = digest
        self.data = data
    }
}

public struct Hello: Hashable, Sendable, Codable {
    public var width: Int
    public var height: Int
    /// The panel's size in millimetres, where it is known: the layout follows it.
    public var widthMM: Int?
    public var heightMM: Int?
    /// Digest of the fonts and drawing libraries that make the pixels.
    public var environment: String
    /// The panel's own test at start: display written, touch opened and grabbed; empty when all is well.
    public var faults: [String]
    public init(
        width: Int, height: Int, widthMM: Int? = nil, heightMM: Int? = nil, environment: String, faults: [String]
    ) {
        self.width = width
        self.height = height
        self.widthMM = widthMM
        self.heightMM = heightMM
        self.environment = environment
        self.faults = faults
    }
}

/// Contacts as the panel reported them, for replay.
public struct TouchRecord: Hashable, Sendable, Codable {
    public enum Phase: Int, Hashable, Sendable, Codable { case down = 0, move = 1, up = 2, cancel = 3 }
    /// CLOCK_BOOTTIME, microseconds.
    public var at: Int
    public var contact: Int
    public var phase: Phase
    public var x: Int
    public var y: Int
    /// The revision on the screen.
    public var revision: Int
    public init(at: Int, contact: Int, phase: Phase, x: Int, y: Int, revision: Int) {
        self.at = at
        self.contact = contact
        self.phase = phase
        self.x = x
        self.y = y
        self.revision = revision
    }
}

/// How a terminal fares, sent every second and when it changes.
public struct Health: Hashable, Sendable, Codable {
    public var faults: [String]
    public init(faults: [String]) { self.faults = faults }
}

/// What a scene looked like, off the path from touch to pixel.
public struct Shown: Hashable, Sendable, Codable {
    public var revision: Int
    /// SHA-256 of the XRGB rows without the countdown, lower-case hexadecimal.
    public var digest: String
    public var environment: String
    public init(revision: Int, digest: String, environment: String) {
        self.revision = revision
        self.digest = digest
        self.environment = environment
    }
}

/// What stands on a slip.
public struct Slip: Hashable, Sendable, Codable {
    public var attempt: String
    public var language: String
    /// Label key and value, in order (`slip.candidate`, …).
    public var lines: [SlipLine]
    public var passed: Bool
    /// The candidate's strokes, as in the intent.
    public var signature: [[Int]]
    /// How the examiner's signature stands: `waived`, `waiting` or `signed`.
    public var examiner: String
    /// The result's JWS: the QR code's content.
    public var jws: String
    public init(
        attempt: String, language: String, lines: [SlipLine], passed: Bool, signature: [[Int]], examiner: String,
        jws: String
    ) {
        self.attempt = attempt
        self.language = language
        self.lines = lines
        self.passed = passed
        self.signature = signature
        self.examiner = examiner
        self.jws = jws
    }
}

public struct SlipLine: Hashable, Sendable, Codable {
    public var label: String
    public var value: String
    public init(label: String, value: String) {
        self.label = label
        self.value = value
    }
}

/// A piece of the slip's PDF.
public struct SlipPart: Hashable, Sendable, Codable {
    public var attempt: String
    /// From 0.
    public var part: Int
    public var parts: Int
    /// Base64url, at most 512 KiB of file.
    public var data: String
    public init(attempt: String, part: Int, parts: Int, data: String) {
        self.attempt = attempt
        self.part = part
        self.parts = parts
        self.data = data
    }
}

public struct Capture: Hashable, Sendable, Codable {
    /// The number of the request.
    public var request: Int
    /// PNG, base64url.
    public var data: String
    public init(request: Int, data: String) {
        self.request = request
        self.data = data
    }
}

extension ToTerminal: Codable {
    private enum Name: String, CodingKey { case scene, media, drawSlip, capture }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .scene(let value): try container.encode(value, forKey: .scene)
        case .media(let value): try container.encode(value, forKey: .media)
        case .drawSlip(let value): try container.encode(value, forKey: .drawSlip)
        case .capture(let value): try container.encode(value, forKey: .capture)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else { throw oneMember(decoder) }
        switch name {
        case .scene: self = .scene(try container.decode(Scene.self, forKey: name))
        case .media: self = .media(try container.decode(Media.self, forKey: name))
        case .drawSlip: self = .drawSlip(try container.decode(Slip.self, forKey: name))
        case .capture: self = .capture(try container.decode(Int.self, forKey: name))
        }
    }
}

extension FromTerminal: Codable {
    private enum Name: String, CodingKey { case hello, intent, touch, health, shown, slip, capture }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        switch self {
        case .hello(let value): try container.encode(value, forKey: .hello)
        case .intent(let value): try container.encode(value, forKey: .intent)
        case .touch(let value): try container.encode(value, forKey: .touch)
        case .health(let value): try container.encode(value, forKey: .health)
        case .shown(let value): try container.encode(value, forKey: .shown)
        case .slip(let value): try container.encode(value, forKey: .slip)
        case .capture(let value): try container.encode(value, forKey: .capture)
        }
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        guard let name = container.allKeys.first, container.allKeys.count == 1 else { throw oneMember(decoder) }
        switch name {
        case .hello: self = .hello(try container.decode(Hello.self, forKey: name))
        case .intent: self = .intent(try container.decode(Intent.self, forKey: name))
        case .touch: self = .touch(try container.decode(TouchRecord.self, forKey: name))
        case .health: self = .health(try container.decode(Health.self, forKey: name))
        case .shown: self = .shown(try container.decode(Shown.self, forKey: name))
        case .slip: self = .slip(try container.decode(SlipPart.self, forKey: name))
        case .capture: self = .capture(try container.decode(Capture.self, forKey: name))
        }
    }
}

private func oneMember(_ decoder: any Decoder) -> DecodingError {
    DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a frame has one member, named after its kind"))
}

internal import CXML2
internal import Platform

/// An element of an XML document: everything that touches libxml2 is in this file.
///
/// No tree of libxml2 is built and none of its loaders is given a chance: a document type stops the reading where it
/// begins, so there are no entities to expand, no external subset to fetch and no default attributes. What remains are
/// the five entities of XML itself and numbers of characters.
final class XMLElement {
    enum Node {
        case element(XMLElement)
        case text(String)
    }

    /// Without its prefix.
    let name: String
    let namespace: String
    /// By their names, those of the XML namespace as `xml:lang`, those of others left out.
    let attributes: [String: String]
    /// Counts from 1.
    let line: Int
    fileprivate(set) var nodes: [Node] = []

    fileprivate init(name: String, namespace: String, attributes: [String: String], line: Int) {
        self.name = name
        self.namespace = namespace
        self.attributes = attributes
        self.line = line
    }

    var children: [XMLElement] {
        nodes.compactMap { if case .element(let element) = $0 { element } else { nil } }
    }

    func children(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }
    func child(_ name: String) -> XMLElement? { children.first { $0.name == name } }

    /// All text in it, in order.
    var text: String {
        nodes.reduce(into: "") { text, node in
            switch node {
            case .text(let words): text += words
            case .element(let element): text += element.text
            }
        }
    }

    /// Reads a document.
    ///
    /// - Parameter name: what refusals call it.
    static func read(_ bytes: [UInt8], name: String, limits: InterchangeLimits) throws(InterchangeRefusal) -> XMLElement
    {
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) || bytes.prefix(4).contains(0) {
            throw InterchangeRefusal(name, "is UTF-16 or UTF-32; save it as UTF-8")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw InterchangeRefusal(name, "is not UTF-8; save it as UTF-8")
        }
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        if let encoding = declaredEncoding(content), !["utf-8", "utf8", "us-ascii", "ascii"].contains(encoding) {
            throw InterchangeRefusal(
                name, line: 1, "says that it is encoded as \(encoding.prefix(40)); save it as UTF-8")
        }
        let reading = Reading(limits: limits)
        reading.run(content)
        if let problem = reading.problem { throw InterchangeRefusal(name, line: problem.line, problem.words) }
        guard let root = reading.root else { throw InterchangeRefusal(name, "has no element; it is no XML document") }
        return root
    }

    /// What `<?xml … encoding="…"?>` says, in lower case.
    private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(200), as: UTF8.self)
        guard head.hasPrefix("<?xml"), let end = head.firstRange(of: "?>"),
            let word = head[..<end.lowerBound].firstRange(of: "encoding")
        else { return nil }
        let rest = head[word.upperBound..<end.lowerBound].drop { " \t\r\n=".contains($0) }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        return rest.dropFirst().prefix { $0 != quote }.lowercased()
    }
}

/// One run of the parser, which calls back with what it finds.
private final class Reading {
    struct Problem {
        let line: Int?
        let words: String
    }

    let limits: InterchangeLimits
    private(set) var root: XMLElement?
    private(set) var problem: Problem?
    private var open: [XMLElement] = []
    private var pieces: [UInt8] = []
    private var elements = 0
    private var context: xmlParserCtxtPtr?

    private static let library: Void = xmlInitParser()

    init(limits: InterchangeLimits) { self.limits = limits }

    func run(_ bytes: [UInt8]) {
        _ = Self.library
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.internalSubset = { user, _, _, _ in
            Reading.of(user).stop("declares a document type (DOCTYPE); take the declaration and its entities out")
        }
        handler.startElementNs = { user, name, _, namespace, _, _, count, _, attributes in
            Reading.of(user).begin(name, namespace, count: Int(count), attributes)
        }
        handler.endElementNs = { user, _, _, _ in Reading.of(user).end() }
        handler.characters = { user, text, count in Reading.of(user).add(text, Int(count)) }
        handler.ignorableWhitespace = { user, text, count in Reading.of(user).add(text, Int(count)) }
        handler.cdataBlock = { user, text, count in Reading.of(user).add(text, Int(count)) }
        handler.reference = { user, _ in Reading.of(user).stop("refers to an entity that XML does not have itself") }
        handler.serror = { user, error in Reading.of(user).report(error) }
        let this = Unmanaged.passUnretained(self).toOpaque()
        guard let context = xmlCreatePushParserCtxt(&handler, this, nil, 0, nil) else {
            problem = Problem(line: nil, words: "cannot be read: no memory for the parser")
            return
        }
        self.context = context
        defer {
            if let document = context.pointee.myDoc { xmlFreeDoc(document) }
            xmlFreeParserCtxt(context)
            self.context = nil
        }
        _ = xmlCtxtUseOptions(context, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOCDATA.rawValue))
        bytes.withUnsafeBytes { buffer in
            // In pieces, so that a limit stops the work early.
            var done = 0
            while done < buffer.count, problem == nil {
                let count = min(1 << 16, buffer.count - done)
                let start = buffer.baseAddress!.assumingMemoryBound(to: CChar.self) + done
                _ = xmlParseChunk(context, start, Int32(count), 0)
                done += count
            }
            if problem == nil { _ = xmlParseChunk(context, nil, 0, 1) }
        }
        if problem == nil, context.pointee.wellFormed == 0 {
            problem = Problem(line: nil, words: "is no well-formed XML")
        }
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> Reading {
        guard let user else { preconditionFailure("libxml2 called back without the pointer it was given") }
        return Unmanaged<Reading>.fromOpaque(user).takeUnretainedValue()
    }

    private var line: Int { context.map { Int(xmlSAX2GetLineNumber($0)) } ?? 0 }

    private func stop(_ words: String) {
        guard problem == nil else { return }
        problem = Problem(line: line, words: words)
        if let context { xmlStopParser(context) }
    }

    private func report(_ error: UnsafeMutablePointer<xmlError>?) {
        guard problem == nil, let error, error.pointee.level.rawValue >= XML_ERR_ERROR.rawValue else { return }
        let message = error.pointee.message.map { String(cString: $0) } ?? "no reason given"
        let words = message.split { $0.isWhitespace }.joined(separator: " ").prefix(200)
        problem = Problem(line: Int(error.pointee.line), words: "is no well-formed XML: \(words)")
        if let context { xmlStopParser(context) }
    }

    private func begin(
        _ name: UnsafePointer<xmlChar>?, _ namespace: UnsafePointer<xmlChar>?, count: Int,
        _ attributes: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    ) {
        guard problem == nil else { return }
        flush()
        elements += 1
        guard open.count < limits.depth else {
            return stop("has more than \(limits.depth) elements inside each other")
        }
        guard elements <= limits.elements else { return stop("has more than \(limits.elements) elements") }
        let element = XMLElement(
            name: Self.text(name), namespace: Self.text(namespace),
            attributes: Self.attributes(attributes, count: count), line: line)
        if let parent = open.last { parent.nodes.append(.element(element)) } else { root = element }
        open.append(element)
    }

    private func end() {
        guard problem == nil else { return }
        flush()
        if !open.isEmpty { open.removeLast() }
    }

    private func add(_ text: UnsafePointer<xmlChar>?, _ count: Int) {
        guard problem == nil, let text, count > 0 else { return }
        guard pieces.count + count <= limits.text else {
            return stop("has more than \(limits.text) bytes of text in one place")
        }
        pieces.append(contentsOf: UnsafeBufferPointer(start: text, count: count))
    }

    private func flush() {
        guard !pieces.isEmpty else { return }
        open.last?.nodes.append(.text(String(decoding: pieces, as: UTF8.self)))
        pieces.removeAll(keepingCapacity: true)
    }

    private static func text(_ text: UnsafePointer<xmlChar>?) -> String { text.map { String(cString: $0) } ?? "" }

    /// Each attribute is five pointers: its name, prefix, namespace, and the beginning and end of its value.
    private static func attributes(
        _ list: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?, count: Int
    ) -> [String: String] {
        guard let list else { return [:] }
        var attributes: [String: String] = [:]
        for place in stride(from: 0, to: 5 * count, by: 5) {
            guard let start = list[place + 3], let end = list[place + 4] else { continue }
            let prefix = text(list[place + 1])
            guard prefix.isEmpty || prefix == "xml" else { continue }
            let value = String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
            // The parser hands an ampersand on as a reference, for the tree that it thinks it builds.
            attributes[prefix.isEmpty ? text(list[place]) : "xml:\(text(list[place]))"] =
                value.replacing("&#38;", with: "&")
        }
        return attributes
    }
}

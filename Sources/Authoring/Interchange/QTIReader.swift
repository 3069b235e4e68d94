/// Questions in QTI: a single assessment item, or a content package with its manifest.
struct QTIReader {
    let name: String
    /// `qti3` or `qti21`.
    let format: InterchangeFormat
    let language: String
    let limits: InterchangeLimits

    func read(
        _ bytes: [UInt8], neighbour: @escaping (String) -> [UInt8]?
    ) throws(InterchangeRefusal) -> ForeignReading {
        guard bytes.count <= limits.file else {
            throw InterchangeRefusal(name, "has \(bytes.count) bytes, at most \(limits.file) are read")
        }
        if ZipArchive.isArchive(bytes) { return try readPackage(bytes) }
        let root = try XMLElement.read(bytes, name: name, limits: limits)
        if let problem = problem(of: root) { throw InterchangeRefusal(name, line: root.line, problem) }
        var reading = ForeignReading(limits: limits)
        let finder = PictureFinder(limits: limits) { path in
            Self.resolved(path, in: "").flatMap(neighbour)
        }
        reading.take(root.value("identifier") ?? name) { () throws(Unsuited) in
            try QTIItem.question(root, language: language, finder: finder)
        }
        return reading
    }

    /// Why a document is no item of the format, in words.
    private func problem(of root: XMLElement) -> String? {
        let wanted = format == .qti3 ? "qti-assessment-item" : "assessmentItem"
        let other =
            format == .qti3
            ? ("assessmentItem", "QTI 2: --format qti21") : ("qti-assessment-item", "QTI 3: --format qti3")
        switch root.name {
        case wanted: return nil
        case other.0: return "is \(other.1) reads it"
        case "questestinterop": return "is QTI 1, which is not read; export it as QTI 2.1 or later"
        case "qti-assessment-test", "assessmentTest":
            return "is a test; import the content package that holds its questions"
        default: return "is no item: <\(root.name.prefix(60))> stands where <\(wanted)> is due"
        }
    }

    // MARK: Content packages

    private func readPackage(_ bytes: [UInt8]) throws(InterchangeRefusal) -> ForeignReading {
        let archive = try ZipArchive(bytes, name: name, limits: limits)
        guard let manifest = try archive.read("imsmanifest.xml") else {
            throw InterchangeRefusal(name, "has no imsmanifest.xml at its top; it is no content package")
        }
        let root = try XMLElement.read(manifest, name: "\(name): imsmanifest.xml", limits: limits)
        guard root.name == "manifest" else {
            throw InterchangeRefusal("\(name): imsmanifest.xml", line: root.line, "<manifest> is due")
        }
        var reading = ForeignReading(limits: limits)
        var named: Set<String> = ["imsmanifest.xml"]
        for resource in root.descendants({ $0.name == "resource" }) {
            let files = resource.children("file").compactMap { $0.attributes["href"] }
            for href in files + [resource.attributes["href"] ?? ""] {
                if let path = percentDecoded(href).flatMap({ Self.resolved($0, in: "") }) { named.insert(path) }
            }
            try read(resource, of: archive, into: &reading)
        }
        for entry in archive.names where entry.lowercased().hasSuffix(".xml") && !named.contains(entry) {
            reading.skip(entry, "stands in no resource of the manifest")
        }
        return reading
    }

    private func read(
        _ resource: XMLElement, of archive: ZipArchive, into reading: inout ForeignReading
    ) throws(InterchangeRefusal) {
        let id = resource.attributes["identifier"] ?? "line \(resource.line)"
        let type = resource.attributes["type"] ?? ""
        guard type.contains("item") else {
            if type.contains("test") || type.contains("section") {
                reading.skip(id, "is a test: its questions are taken, their order and their weights are not")
            } else if type.contains("stimulus") {
                reading.skip(id, "is a text that several questions share, which we do not hold")
            } else if !type.hasPrefix("webcontent"), !type.hasPrefix("associatedcontent"), !type.hasPrefix("css"),
                !type.hasPrefix("controlfile"), !type.hasPrefix("resourceextmetadata")
            {
                reading.skip(id, "is of type \"\(type.prefix(60))\", which is no question")
            }
            return
        }
        guard let href = resource.attributes["href"].flatMap(percentDecoded), let path = Self.resolved(href, in: "")
        else {
            return reading.skip(id, "names no file of the package")
        }
        // An item that cannot be read is listed; one that is dangerous to read is not read on.
        do throws(InterchangeRefusal) {
            guard let bytes = try archive.read(path) else { return reading.skip(id, "\(path) is not in the package") }
            let root = try XMLElement.read(bytes, name: path, limits: limits)
            if let problem = problem(of: root) { return reading.skip(id, "\(path): \(problem)") }
            let folder = path.split(separator: "/").dropLast().joined(separator: "/")
            let finder = PictureFinder(limits: limits) { source in
                Self.resolved(source, in: folder).flatMap { try? archive.read($0) }
            }
            reading.take(root.value("identifier") ?? id) { () throws(Unsuited) in
                try QTIItem.question(root, language: language, finder: finder)
            }
        } catch {
            reading.skip(id, error.description)
        }
    }

    /// A relative path from a folder, without `.` and `..`; nil when it leaves the package.
    static func resolved(_ path: String, in folder: String) -> String? {
        guard !path.isEmpty, !path.hasPrefix("/"), !path.contains("\\"), !path.contains(":") else { return nil }
        var parts = folder.split(separator: "/")
        for part in path.prefix(while: { $0 != "?" && $0 != "#" }).split(separator: "/") where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else {
                parts.append(part)
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}

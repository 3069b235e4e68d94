internal import CZip
internal import Glibc

/// A zip archive in memory: everything that touches libzip.
///
/// Nothing is unpacked to disk. All names and sizes are looked at before anything is read, and an entry is read up to
/// the size that it states.
package final class ZipArchive {
    private let handle: OpaquePointer
    private let file: String
    /// Owned here for as long as libzip reads from it.
    private let memory: UnsafeMutableRawBufferPointer
    /// Positions by name, folders left out.
    private let positions: [String: UInt64]
    private let limits: InterchangeLimits
    /// The entries' names, folders left out, sorted.
    let names: [String]

    /// Whether bytes begin as a zip archive does.
    static func isArchive(_ bytes: some Sequence<UInt8>) -> Bool {
        let head = Array(bytes.prefix(4))
        return head == [0x50, 0x4B, 3, 4] || head == [0x50, 0x4B, 5, 6]
    }

    init(_ bytes: [UInt8], name: String, limits: InterchangeLimits) throws(InterchangeRefusal) {
        memory = .allocate(byteCount: max(1, bytes.count), alignment: 8)
        memory.copyBytes(from: bytes)
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        guard let source = zip_source_buffer_create(memory.baseAddress, zip_uint64_t(bytes.count), 0, &error) else {
            memory.deallocate()
            throw InterchangeRefusal(name, "cannot be read as zip: \(Self.words(&error))")
        }
        guard let handle = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error) else {
            zip_source_free(source)
            memory.deallocate()
            throw InterchangeRefusal(name, "is no sound zip archive: \(Self.words(&error))")
        }
        do throws(InterchangeRefusal) {
            positions = try Self.positions(handle, file: name, limits: limits)
        } catch {
            zip_discard(handle)
            memory.deallocate()
            throw error
        }
        self.handle = handle
        self.limits = limits
        file = name
        names = positions.keys.sorted()
    }

    deinit {
        zip_discard(handle)
        memory.deallocate()
    }

    /// The bytes of an entry; nil when there is none of that name.
    func read(_ name: String) throws(InterchangeRefusal) -> [UInt8]? {
        guard let position = positions[name] else { return nil }
        let place = "\(file): \(name)"
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_stat_index(handle, position, 0, &status) == 0, let entry = zip_fopen_index(handle, position, 0) else {
            throw InterchangeRefusal(place, "cannot be read: \(words)")
        }
        defer { zip_fclose(entry) }
        // The size was compared with the limit when the archive was opened; one byte more is one too many.
        let size = Int(status.size)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            while count <= size {
                let got = zip_fread(entry, buffer.baseAddress! + count, zip_uint64_t(size + 1 - count))
                if got < 0 { failed = true }
                if got <= 0 { break }
                count += Int(got)
            }
        }
        if failed {
            throw InterchangeRefusal(place, "cannot be unpacked: \(String(cString: zip_file_strerror(entry)))")
        }
        guard bytes.count == size else {
            throw InterchangeRefusal(place, "unpacks to another size than it states; the archive is forged or damaged")
        }
        if Self.isArchive(bytes) {
            throw InterchangeRefusal(place, "is an archive inside the archive; import it alone")
        }
        return bytes
    }

    // MARK: What an archive must keep

    private static func positions(
        _ handle: OpaquePointer, file: String, limits: InterchangeLimits
    ) throws(InterchangeRefusal) -> [String: UInt64] {
        let count = Int(zip_get_num_entries(handle, 0))
        guard count <= limits.entries else {
            throw InterchangeRefusal(file, "has \(count) entries, at most \(limits.entries) are read")
        }
        var positions: [String: UInt64] = [:]
        var seen: Set<String> = []
        var total = 0
        for position in 0..<UInt64(max(0, count)) {
            var status = zip_stat_t()
            zip_stat_init(&status)
            guard zip_stat_index(handle, position, 0, &status) == 0, let raw = status.name else {
                throw InterchangeRefusal(file, "entry \(position + 1) cannot be read")
            }
            guard let name = String(validatingCString: raw) else {
                throw InterchangeRefusal(file, "the name of entry \(position + 1) is not UTF-8")
            }
            let place = "\(file): \(name.prefix(200))"
            if let problem = problem(withName: name) { throw InterchangeRefusal(place, problem) }
            guard seen.insert(name.lowercased()).inserted else {
                throw InterchangeRefusal(place, "stands twice in the archive; nobody can tell which one is meant")
            }
            if let problem = problem(withKindOf: position, in: handle, status) {
                throw InterchangeRefusal(place, problem)
            }
            guard let size = Int(exactly: status.size), let packed = Int(exactly: status.comp_size),
                size <= limits.entry
            else {
                throw InterchangeRefusal(place, "unpacks to \(status.size) bytes, at most \(limits.entry) are read")
            }
            total += size
            guard total <= limits.unpacked else {
                throw InterchangeRefusal(file, "unpacks to more than \(limits.unpacked) bytes")
            }
            guard size <= 64 << 10 || size / max(1, packed) <= limits.ratio else {
                throw InterchangeRefusal(
                    place, "unpacks to \(size / max(1, packed)) times its size, at most \(limits.ratio) times is read")
            }
            if !name.hasSuffix("/") { positions[name] = position }
        }
        return positions
    }

    private static func problem(withName name: String) -> String? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        if name.isEmpty || name.utf8.count > 1000 { return "its name is empty or too long" }
        if name.hasPrefix("/") || name.contains("\\") || name.dropFirst().hasPrefix(":") {
            return "its name leaves the archive (an absolute path or a backslash)"
        }
        if parts.contains("..") || parts.contains(".") {
            return "its name leaves the archive (a part of it is . or ..)"
        }
        if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            return "its name has control characters"
        }
        let ending = name.lowercased().split(separator: ".").last ?? ""
        if ["zip", "7z", "rar", "gz", "tgz", "bz2", "xz", "tar", "zst", "jar"].contains(ending), name.contains(".") {
            return "is an archive inside the archive; import it alone"
        }
        return nil
    }

    private static func problem(
        withKindOf position: UInt64, in handle: OpaquePointer, _ status: zip_stat_t
    ) -> String? {
        if status.encryption_method != UInt16(ZIP_EM_NONE) { return "is encrypted" }
        if ![UInt16(ZIP_CM_STORE), UInt16(ZIP_CM_DEFLATE)].contains(status.comp_method) {
            return "is packed by method \(status.comp_method); only stored and deflated entries are read"
        }
        var system: UInt8 = 0
        var attributes: UInt32 = 0
        if zip_file_get_external_attributes(handle, position, 0, &system, &attributes) == 0,
            system == UInt8(ZIP_OPSYS_UNIX)
        {
            let kind = attributes >> 16 & S_IFMT
            if kind != 0, kind != S_IFREG, kind != S_IFDIR { return "is a symbolic link or a device, not a file" }
        }
        return nil
    }

    private var words: String { String(cString: zip_strerror(handle)) }

    private static func words(_ error: inout zip_error_t) -> String { String(cString: zip_error_strerror(&error)) }

    // MARK: Writing

    /// An archive of files, the same bytes for the same files.
    package static func bytes(of files: [(name: String, bytes: [UInt8])]) throws(InterchangeRefusal) -> [UInt8] {
        var error = zip_error_t()
        zip_error_init(&error)
        defer { zip_error_fini(&error) }
        func refusal(_ what: String, _ words: String) -> InterchangeRefusal {
            InterchangeRefusal(what, "cannot be put into the archive: \(words)")
        }
        guard let source = zip_source_buffer_create(nil, 0, 0, &error) else {
            throw refusal("archive", words(&error))
        }
        // One hold for us, one for the archive, which gives up its own when it is closed.
        zip_source_keep(source)
        defer { zip_source_free(source) }
        guard let handle = zip_open_from_source(source, ZIP_TRUNCATE | ZIP_CREATE, &error) else {
            zip_source_free(source)
            throw refusal("archive", words(&error))
        }
        for file in files {
            guard let copy = malloc(max(1, file.bytes.count)) else {
                zip_discard(handle)
                throw refusal(file.name, "no memory")
            }
            file.bytes.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { memcpy(copy, base, bytes.count) }
            }
            guard let content = zip_source_buffer(handle, copy, zip_uint64_t(file.bytes.count), 1) else {
                free(copy)
                zip_discard(handle)
                throw refusal(file.name, "no memory")
            }
            let position = zip_file_add(handle, file.name, content, zip_flags_t(ZIP_FL_ENC_UTF_8))
            guard position >= 0 else {
                let why = String(cString: zip_strerror(handle))
                zip_source_free(content)
                zip_discard(handle)
                throw refusal(file.name, why)
            }
            // The first day that an archive can state, 1980-01-01, so that equal files make equal archives.
            zip_file_set_dostime(handle, zip_uint64_t(position), 0, 1 << 5 | 1, 0)
        }
        guard zip_close(handle) == 0 else {
            let why = String(cString: zip_strerror(handle))
            zip_discard(handle)
            throw refusal("archive", why)
        }
        return try content(of: source, refusal)
    }

    private static func content(
        of source: OpaquePointer, _ refusal: (String, String) -> InterchangeRefusal
    ) throws(InterchangeRefusal) -> [UInt8] {
        var status = zip_stat_t()
        zip_stat_init(&status)
        guard zip_source_open(source) == 0 else { throw refusal("archive", "it cannot be read back") }
        defer { zip_source_close(source) }
        guard zip_source_stat(source, &status) == 0, let size = Int(exactly: status.size) else {
            throw refusal("archive", "it has no size")
        }
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, size)) { buffer, count in
            while count < size {
                let got = zip_source_read(source, buffer.baseAddress! + count, zip_uint64_t(size - count))
                if got <= 0 { break }
                count += Int(got)
            }
        }
        guard bytes.count == size else { throw refusal("archive", "it cannot be read back") }
        return bytes
    }
}

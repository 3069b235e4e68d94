import Glibc

/// The one way to replace a file: after a cut at any moment the old or the new one is there, whole.
public enum AtomicFile {
    public static func write(_ bytes: [UInt8], to path: String, mode: UInt32 = 0o640) throws(SystemError) {
        try write(to: path, mode: mode) { (file) throws(SystemError) in try file.write(bytes) }
    }

    public static func write(_ text: String, to path: String, mode: UInt32 = 0o640) throws(SystemError) {
        try write(Array(text.utf8), to: path, mode: mode)
    }

    /// For what is too long to be one array: `content` writes the new file.
    public static func write(
        to path: String, mode: UInt32 = 0o640, content: (FileDescriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        let (folder, name) = split(path)
        try write(to: name, in: SystemStateFolder(folder), mode: mode, content: content)
    }

    public static func write<Folder: StateFolder>(
        _ bytes: [UInt8], to name: String, in folder: Folder, mode: UInt32 = 0o640
    ) throws(SystemError) {
        try write(to: name, in: folder, mode: mode) { (file) throws(SystemError) in try file.write(bytes) }
    }

    private static func write<Folder: StateFolder>(
        to name: String, in folder: Folder, mode: UInt32, content: (Folder.File) throws(SystemError) -> Void
    ) throws(SystemError) {
        let temporary = name + ".new"
        // What a cut left behind.
        try? folder.remove(temporary)
        do {
            let file = try folder.create(temporary, mode: mode)
            try content(file)
            // Before the rename: else the name leads to a file without its bytes.
            try file.synchronize()
            try folder.rename(temporary, to: name)
        } catch {
            try? folder.remove(temporary)
            throw error
        }
        try folder.synchronizeNames(in: split(name, root: "").folder)
    }

    /// Puts a finished file in its place; both names are on one file system.
    public static func place(_ finished: String, at path: String) throws(SystemError) {
        try FileDescriptor(path: finished, flags: O_RDWR).synchronize()
        guard rename(finished, path) == 0 else { throw SystemError("rename \(finished)") }
        try synchronizeDirectory(split(path).folder)
    }

    private static func split(_ path: String, root: String = "/") -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (root.isEmpty ? "" : ".", path) }
        let folder = String(path[..<slash])
        return (folder.isEmpty ? root : folder, String(path[path.index(after: slash)...]))
    }
}

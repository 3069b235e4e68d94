internal import Glibc
internal import Platform

/// Gives a finished folder its name and makes that durable.
func renameFolder(_ temporary: String, to folder: String) throws(SystemError) {
    guard rename(temporary, folder) == 0 else { throw SystemError("rename \(temporary) to \(folder)") }
    let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
    try synchronizeDirectory(parent.isEmpty ? "/" : parent)
}

/// A file beside another one, by its path from there; nil when there is none, or when links lead it out of that folder.
public func neighbour(of file: String, path: String, largest: Int) -> [UInt8]? {
    let folder = file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
    guard let root = realPath(folder.isEmpty ? "/" : folder), let real = realPath("\(root)/\(path)"),
        real.hasPrefix(root == "/" ? "/" : root + "/")
    else { return nil }
    var status = stat()
    guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largest else { return nil }
    return try? readFile(real)
}

private func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(validatingCString: real)
}

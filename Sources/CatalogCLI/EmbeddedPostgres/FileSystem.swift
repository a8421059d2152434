import Glibc

/// What `lstat` or `stat` says of a file.
struct FileInfo {
    let uid: uid_t
    let gid: gid_t
    let mode: mode_t

    var isDirectory: Bool { mode & S_IFMT == S_IFDIR }

    /// Nil when there is no such file.
    init?(_ path: String, followingLinks: Bool = true) {
        var info = stat()
        guard (followingLinks ? stat(path, &info) : lstat(path, &info)) == 0 else { return nil }
        uid = info.st_uid
        gid = info.st_gid
        mode = info.st_mode
    }
}

/// Paths as text.
enum Path {
    static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// The target of a symbolic link; nil for anything else. Also reads the links in /proc, whose targets may be gone.
    static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink(path, &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Twelve hexadecimal digits that stand for a path where it would be too long (64-bit FNV-1a, shortened).
    static func hash(_ path: String) -> String {
        let hash = path.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return String((String(repeating: "0", count: 16 - digits.count) + digits).suffix(12))
    }
}

/// - Throws: ``EmbeddedPostgresError/system(action:path:code:)`` when the call answers with a negative number.
@discardableResult
func systemCall(_ action: String, _ path: String, _ call: () -> Int32) throws -> Int32 {
    let result = call()
    guard result >= 0 else { throw EmbeddedPostgresError.system(action: action, path: path, code: errno) }
    return result
}

/// Makes a directory and those above it; existing ones are left as they are.
func makeDirectory(_ path: String, mode: mode_t) throws {
    guard FileInfo(path) == nil else { return }
    try makeDirectory(Path.parent(path), mode: 0o755)
    guard mkdir(path, mode) != 0, errno != EEXIST else { return }
    throw EmbeddedPostgresError.system(action: "make directory", path: path, code: errno)
}

/// A whole small file; nil when it cannot be read.
func readText(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

/// Names in a directory, unordered; none when it cannot be read.
func directoryEntries(_ path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        names.append(withUnsafePointer(to: &entry.pointee.d_name.0) { String(cString: $0) })
    }
    return names
}

import Foundation

/// The files below a folder in the order of their keys, from one key on: folders that lie before it, or beside the prefix, are not opened.
struct FolderListing {
    let root: String
    let prefix: String
    /// Comes before all that is listed.
    let after: String

    /// - Parameter body: takes the key of whatever is no folder; false ends the walk.
    func forEach(_ body: (String) -> Bool) { _ = walk("", body) }

    /// - Parameter base: ends with a slash, or is empty.
    private func walk(_ base: String, _ body: (String) -> Bool) -> Bool {
        for entry in entries(of: base) {
            let key = base + entry.name
            if !entry.isFolder {
                guard !key.hasBytes(prefix) || !after.precedes(key) || body(key) else { return false }
            } else if mayHold(key) {
                guard walk(key, body) else { return false }
            }
        }
        return true
    }

    /// Whether a folder, its name with a slash, can have keys that are wanted.
    private func mayHold(_ folder: String) -> Bool {
        guard folder.hasBytes(prefix) || prefix.hasBytes(folder) else { return false }
        // All keys below compare as their common beginning does, unless that is a beginning of `after`, too.
        return after.precedes(folder) || after.hasBytes(folder)
    }

    /// Sorted as keys are: what lies in a folder goes by its name and a slash.
    private func entries(of base: String) -> [(name: String, isFolder: Bool)] {
        guard let folder = opendir(root + "/" + base) else { return [] }  // because it was removed meanwhile
        defer { closedir(folder) }
        var entries: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard name != ".", name != "..", !StagedFile.isStaged(name[...]) else { continue }
            let isFolder = isFolder(base + name, kind: Int32(entry.pointee.d_type))
            entries.append((isFolder ? name + "/" : name, isFolder))
        }
        return entries.sorted { $0.name.precedes($1.name) }
    }

    /// Links to folders are not followed: they may lead in a circle.
    private func isFolder(_ path: String, kind: Int32) -> Bool {
        // Some file systems do not say.
        guard kind == Int32(DT_UNKNOWN) else { return kind == Int32(DT_DIR) }
        var status = stat()
        return lstat(root + "/" + path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }
}

extension String {
    /// In the order of bytes.
    fileprivate func precedes(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }

    /// Not `hasPrefix`, which takes different bytes for the same character.
    fileprivate func hasBytes(_ beginning: String) -> Bool { utf8.starts(with: beginning.utf8) }
}

/// What an object is called in an archive: its key, made so that every key can be extracted, below the folder where that
/// is done, and no two objects meet.
///
/// A key that is an ordinary relative path stays as it is. `%` is the mark of what was changed: `%25` is a `%` of the key,
/// `%5C` a backslash, `%3A` the colon of what looks like a drive of Windows; `%2E` and `%2E%2E` are `.` and `..`; a lone `%` is an empty part, as before a leading slash; `%/` within a part longer
/// than a file name may be, says that it goes on behind the slash; a `%` at the end marks a key that is also the folder of
/// others; `%v2` marks the second version of a key.
enum EntryName {
    /// File systems allow 255 bytes; the rest is for the marks.
    private static let partLength = 240
    /// The name of the manifest, which no object may take.
    static let manifest = "manifest.json"

    private static let marks: [Unicode.Scalar: String] = ["%": "%25", "\\": "%5C"]

    /// Names of objects.
    /// - Parameter keys: sorted; several versions of one key follow each other.
    static func names(of keys: [String]) -> [String] {
        let names = keys.map(encode)
        let folders = Set(names.flatMap(Self.folders))
        var (last, version) = (String?.none, 1)
        return names.map { name in
            version = last.map { $0.utf8.elementsEqual(name.utf8) } == true ? version + 1 : 1
            last = name
            let version = version > 1 ? "%v\(version)" : ""
            return name + (folders.contains(name) || name == manifest ? "%" : "") + version
        }
    }

    /// Works on scalars: to Swift a slash with an accent on it would be another character, and no slash.
    static func encode(_ key: String) -> String {
        let parts = key.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        return parts.map { part in
            switch String(part) {
            case "": "%"
            case ".": "%2E"
            case "..": "%2E%2E"
            case _ where part.dropFirst().first == ":": String(part.prefix(1)) + "%3A" + cut(part.dropFirst(2))
            default: cut(part)
            }
        }.joined(separator: "/")
    }

    /// All folders that a name lies in.
    private static func folders(of name: String) -> [String] {
        let scalars = name.unicodeScalars
        return scalars.indices.filter { scalars[$0] == "/" }.map { String(scalars[..<$0]) }
    }

    /// Between scalars, so that the pieces are still text.
    private static func cut(_ part: Substring.UnicodeScalarView) -> String {
        var (text, count) = ("", 0)
        for scalar in part {
            let piece = marks[scalar] ?? String(scalar)
            if count + piece.utf8.count > partLength {
                text += "%/"
                count = 0
            }
            text += piece
            count += piece.utf8.count
        }
        return text
    }
}

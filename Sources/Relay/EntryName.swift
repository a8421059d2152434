import Foundation

/// What an object is called in an archive: its key, made so that any set of keys can be extracted on Linux, macOS and Windows, below the
/// folder where that is done, and no two objects meet.
///
/// A key that is an ordinary relative path stays as it is. `%` is the mark of what was changed: `%25` is a `%` of the key, and so on for
/// characters that Windows forbids, a blank or dot at the end of a part, and the first letter of a device (`%43ON`); `%2E` and `%2E%2E` are
/// `.` and `..`; a lone `%` is an empty part, as before a leading slash; `%/` within a part longer than a file name may be, says that it goes
/// on behind the slash; a `%` at the end marks a key that is also the folder of others, or called as the manifest; `%v2` marks the second
/// version of a key; `%c2` the second of those that only case or Unicode's forms tell apart.
///
/// Source: "Naming Files, Paths, and Namespaces", Windows App Development, Microsoft; "File system details", Apple File System Guide.
enum EntryName {
    /// File systems allow 255 bytes; the rest is for the marks.
    private static let partLength = 240
    /// The name of the manifest, which no object may take.
    static let manifest = "manifest.json"

    private static let devices: Set<String> = Set(
        ["con", "prn", "aux", "nul", "conin$", "conout$"]
            + ["com", "lpt"].flatMap { port in "0123456789¹²³".map { "\(port)\($0)" } })

    /// Names of objects.
    /// - Parameter keys: sorted; several versions of one key follow each other.
    static func names(of keys: [String]) -> [String] {
        let names = keys.map(encode)
        let folders = Set(names.flatMap(Self.folders).map(folded))
        var taken: Set<String> = []
        var (last, version) = (String?.none, 1)
        return names.map { name in
            version = last.map { $0.utf8.elementsEqual(name.utf8) } == true ? version + 1 : 1
            last = name
            let name = (folders.contains(folded(name)) ? name + "%" : name) + (version > 1 ? "%v\(version)" : "")
            var (unique, number) = (name, 1)
            while folders.contains(folded(unique)) || !taken.insert(folded(unique)).inserted {
                number += 1
                unique = "\(name)%c\(number)"
            }
            return unique
        }
    }

    /// Works on scalars: to Swift a slash with an accent on it would be another character, and no slash.
    static func encode(_ key: String) -> String {
        if isOrdinary(key) { return key }
        let parts = key.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false)
        var pieces = parts.map { cut($0).map(protected).joined(separator: "%/") }
        if folded(pieces[0]) == manifest { pieces[0] += "%" }
        return pieces.joined(separator: "/")
    }

    /// Whether a key is seen at once to stay as it is: most are, and a window's names are made before its first object is read.
    private static func isOrdinary(_ key: String) -> Bool {
        key.utf8.allSatisfy { $0 < 0x80 && !isForbidden(Unicode.Scalar($0)) }
            && key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy(isOrdinary)
            && !key.lowercased().hasPrefix(manifest)
    }

    private static func isOrdinary(_ part: Substring.UTF8View) -> Bool {
        guard let last = part.last, part.count <= partLength, last != UInt8(ascii: "."), last != UInt8(ascii: " ")
        else {
            return false
        }
        let stem = part.prefix { $0 != UInt8(ascii: ".") }.drop { $0 == UInt8(ascii: " ") }
        // What begins as a device does is looked at more closely.
        return !devices.contains { stem.starts(with: $0.utf8) { $0 | 0x20 == $1 | 0x20 } }
    }

    /// Equal for names that a file system may take for one.
    private static func folded(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return name.lowercased() }
        return name.uppercased().lowercased().decomposedStringWithCanonicalMapping
    }

    /// All folders that a name lies in.
    private static func folders(of name: String) -> [String] {
        let scalars = name.unicodeScalars
        return scalars.indices.filter { scalars[$0] == "/" }.map { String(scalars[..<$0]) }
    }

    /// A part without forbidden characters, in pieces of a file name's length; between scalars, so that the pieces are still text.
    private static func cut(_ part: Substring.UnicodeScalarView) -> [String] {
        var (pieces, count) = ([""], 0)
        for scalar in part {
            let text = isForbidden(scalar) ? mark(scalar) : String(scalar)
            if count + text.utf8.count > partLength {
                pieces.append("")
                count = 0
            }
            pieces[pieces.count - 1].unicodeScalars.append(contentsOf: text.unicodeScalars)
            count += text.utf8.count
        }
        return pieces
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "%", "\\", "<", ">", ":", "\"", "|", "?", "*", "\u{7F}": true
        default: scalar.value < 0x20
        }
    }

    private static func mark(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return (digits.utf8.count < 2 ? "%0" : "%") + digits
    }

    /// A piece that no file system takes for another name, or for none.
    private static func protected(_ piece: String) -> String {
        switch piece {
        case "": return "%"
        case ".": return "%2E"
        case "..": return "%2E%2E"
        default: break
        }
        var scalars = Array(piece.unicodeScalars)
        if let last = scalars.last, last == "." || last == " " {
            scalars.removeLast()
            scalars += mark(last).unicodeScalars
        }
        let stem = piece.split(separator: ".", omittingEmptySubsequences: false)[0].lowercased()
        if devices.contains(stem.trimmingCharacters(in: .whitespaces)) {
            let first = scalars.removeFirst()
            scalars = Array(mark(first).unicodeScalars) + scalars
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

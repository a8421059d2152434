/// The parts of a workbook in its archive, by name: ECMA-376, part 2, without regard to case.
struct WorkbookArchive {
    struct Relationship {
        let type: String
        /// Name of an entry.
        let target: String

        /// The strict and the transitional form of the standard have different addresses that end alike.
        func isOfType(_ name: String) -> Bool { type.hasSuffix("/\(name)") }
    }

    private let archive: ZIPArchive
    private let entries: [String: ZIPEntry]

    init(_ archive: ZIPArchive) {
        self.archive = archive
        entries = Dictionary(
            archive.entries.map { ($0.name.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })
    }

    func has(_ part: String) -> Bool { entries[part.lowercased()] != nil }

    /// - Throws: `ZIPError` if there is no such part.
    func parser(_ part: String) throws -> XMLPullParser {
        guard let entry = entries[part.lowercased()] else { throw ZIPError("its part '\(part)' is missing") }
        let reader = try archive.reader(entry)
        return XMLPullParser(read: reader.read)
    }

    /// What a part refers to, by id; the empty name is the whole package.
    func relationships(of part: String) throws -> [String: Relationship] {
        let folder = part.split(separator: "/").dropLast().map { $0 + "/" }.joined()
        let parser = try parser("\(folder)_rels/\(part.dropFirst(folder.count)).rels")
        var found: [String: Relationship] = [:]
        while true {
            let event = try parser.next()
            if event == .finished { return found }
            guard event == .start, parser.isNamed("Relationship"), let id = parser.attributes.text("Id"),
                let type = parser.attributes.text("Type"), let target = parser.attributes.text("Target")
            else { continue }
            found[id] = Relationship(type: type, target: Self.resolve(target, from: folder))
            guard found.count <= 100_000 else { throw XMLPullError("it has too many relationships") }
        }
    }

    /// A target is absolute, or relative to the folder of the part.
    static func resolve(_ target: String, from folder: String) -> String {
        var steps: [Substring] = []
        for step in (target.hasPrefix("/") ? target : folder + target).split(separator: "/") {
            switch step {
            case ".": continue
            case "..": _ = steps.popLast()
            default: steps.append(step)
            }
        }
        return steps.joined(separator: "/")
    }
}

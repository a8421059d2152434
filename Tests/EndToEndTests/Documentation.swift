import Foundation
import TestSupport
import Testing

/// A page of the documentation, and the commands that it tells people to type.
///
/// A block is marked by the comment before it: `<!-- run: SESSION -->`, also `<!-- run: SESSION, exit 2 -->`, or
/// `<!-- file: NAME -->` for what the reader saves. The blocks of one session are one script.
struct DocumentedPage {
    let path: String
    private let blocks: [Block]

    fileprivate struct Block {
        var kind, name, language, text: String
        var status: Int
    }

    init(_ path: String) throws {
        self.path = path
        let text = try String(contentsOfFile: Project.file(path), encoding: .utf8)
        let pattern =
            /<!-- (run|file): ([\w.-]+)(?:, exit (\d+))? -->\n *```(\w*)\n(.*?)\n *```/.dotMatchesNewlines()
        blocks = text.matches(of: pattern).map { match in
            let (_, kind, name, status, language, body) = match.output
            return Block(
                kind: String(kind), name: String(name), language: String(language), text: String(body),
                status: status.flatMap { Int($0) } ?? 0)
        }
    }

    /// Every page that is read by users.
    static func all() throws -> [DocumentedPage] {
        let pages = FileManager.default.enumerator(atPath: Project.file("docs"))?.compactMap { $0 as? String } ?? []
        return try (["README.md"] + pages.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }).map(Self.init)
    }

    /// Names of its sessions.
    var sessions: Set<String> { Set(blocks.filter { $0.kind == "run" }.map(\.name)) }

    /// Files that the reader saves.
    var files: [(name: String, text: String)] {
        blocks.filter { $0.kind == "file" }.map { ($0.name, $0.text + "\n") }
    }

    /// The commands of a session, block by block.
    func commands(_ session: String) throws -> [String] { try blocks(of: session).map(\.commands) }

    /// The session as a script for bash that ends at the first command that does not end as the page says.
    func script(_ session: String) throws -> String {
        try blocks(of: session).map { block in
            // In the condition of a list `set -e` would count for nothing.
            block.status == 0
                ? block.commands
                : "set +e; (set -e; \(block.commands)\n); status=$?; set -e; test $status = \(block.status)"
        }.joined(separator: "\n")
    }

    private func blocks(of session: String) throws -> [Block] {
        let chosen = blocks.filter { $0.kind == "run" && $0.name == session }
        try #require(!chosen.isEmpty, "\(path) has no session \(session)")
        return chosen
    }
}

extension DocumentedPage.Block {
    /// For bash: what stands after `$ ` where the block also shows what is printed; SQL by way of psql.
    fileprivate var commands: String {
        switch language {
        case "console":
            text.split(separator: "\n").compactMap { $0.firstMatch(of: #/^ *\$ (.*)/#)?.output.1 }
                .joined(separator: "\n")
        case "sql": "psql -X -v ON_ERROR_STOP=1 \"$CATALOG_DATABASE_URL\" <<'SQL'\n\(text)\nSQL"
        default: text
        }
    }
}

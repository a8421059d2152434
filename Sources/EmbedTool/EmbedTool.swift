import Foundation

/// `EmbedTool OUT.swift IN.sql…` writes the SQL files as Swift source: `EmbeddedMigrations.files`, in the order given.
/// `EmbedTool --assets OUT.swift FILE…` does the same with the files that pages load: `EmbeddedAssets.files`.
/// `EmbedTool --commit OUT.swift GIT [COMMIT]` writes which commit is built: `BuildCommit.text`.
@main
struct EmbedTool {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--commit" { return writeCommit(Array(arguments.dropFirst())) }
        let isAssets = arguments.first == "--assets"
        let files = Array(isAssets ? arguments.dropFirst() : arguments)
        guard let output = files.first else { fail("usage: EmbedTool [--assets] OUT.swift FILE…") }
        do {
            let label = isAssets ? "text" : "sql"
            let entries = try files.dropFirst().map { try entry(path: $0, label) }
            let source =
                isAssets
                ? source("EmbeddedAssets", "Sources/Portal/Assets", label, entries)
                : source("EmbeddedMigrations", "sql/migrations", label, entries)
            try Data(source.utf8).write(to: URL(filePath: output))
        } catch {
            fail("\(error)")
        }
    }

    private static func writeCommit(_ arguments: [String]) {
        guard arguments.count == 3 else { fail("usage: EmbedTool --commit OUT.swift GIT COMMIT") }
        let commit = arguments[2].isEmpty ? GitFolder(path: arguments[1]).commit : arguments[2]
        let text = commit.filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.prefix(12)
        do {
            try Data(
                """
                // Written by EmbedTool.

                enum BuildCommit {
                    /// The first 12 digits; `unknown` where the sources came without their history.
                    static let text = "\(text.isEmpty ? "unknown" : text)"
                }

                """.utf8
            ).write(to: URL(filePath: arguments[0]))
        } catch {
            fail("\(error)")
        }
    }

    private static func source(_ name: String, _ folder: String, _ label: String, _ entries: [String]) -> String {
        """
        // Written by EmbedTool from \(folder): change the files there.

        enum \(name) {
            static let files: [(name: String, \(label): String)] = [
        \(entries.joined(separator: "\n"))
            ]
        }

        """
    }

    private static func entry(path: String, _ label: String) throws -> String {
        let file = URL(filePath: path)
        guard let text = String(bytes: try Data(contentsOf: file), encoding: .utf8) else {
            throw EmbedError(path: path, problem: "is not UTF-8: save it as UTF-8")
        }
        guard !text.utf8.contains(0) else { throw EmbedError(path: path, problem: "holds a NUL byte: remove it") }
        return "(name: \(rawLiteral(file.lastPathComponent)), \(label): \(rawLiteral(text))),"
    }

    /// A raw multi-line literal with more `#` than any run of them in the text, so that nothing in it can end the literal or escape.
    private static func rawLiteral(_ text: String) -> String {
        let hashes = String(repeating: "#", count: longestRun(of: UInt8(ascii: "#"), in: text) + 1)
        // The compiler reads CR LF in a literal as LF, which would change the checksum of the file.
        let body = text.unicodeScalars.map { $0 == "\r" ? "\\\(hashes)r" : String($0) }.joined()
        return "\(hashes)\"\"\"\n\(body)\n\"\"\"\(hashes)"
    }

    private static func longestRun(of byte: UInt8, in text: String) -> Int {
        var longest = 0
        var current = 0
        for next in text.utf8 {
            current = next == byte ? current + 1 : 0
            longest = max(longest, current)
        }
        return longest
    }

    private static func fail(_ message: String) -> Never {
        FileHandle.standardError.write(Data("error: \(message)\n".utf8))
        exit(1)
    }
}

/// A file that cannot become Swift source. The form `path: error: …` is what build logs turn into a link.
struct EmbedError: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "\(path): \(problem)" }
}

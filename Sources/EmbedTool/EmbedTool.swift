import Foundation

/// `EmbedTool OUT.swift IN.sql…` writes the SQL files as Swift source: `EmbeddedMigrations.files`, in the order given.
/// `EmbedTool --commit OUT.swift GIT [COMMIT]` writes which commit is built: `BuildCommit.text`.
@main
struct EmbedTool {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "--commit" { return writeCommit(Array(arguments.dropFirst())) }
        guard let output = arguments.first else { fail("usage: EmbedTool OUT.swift IN.sql…") }
        do {
            let entries = try arguments.dropFirst().map(entry)
            try Data(source(entries).utf8).write(to: URL(filePath: output))
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

    private static func source(_ entries: [String]) -> String {
        """
        // Written by EmbedTool from sql/migrations: change the files there.

        enum EmbeddedMigrations {
            static let files: [(name: String, sql: String)] = [
        \(entries.joined(separator: "\n"))
            ]
        }

        """
    }

    private static func entry(path: String) throws -> String {
        let file = URL(filePath: path)
        guard let sql = String(bytes: try Data(contentsOf: file), encoding: .utf8) else {
            throw EmbedError(path: path, problem: "is not UTF-8: save it as UTF-8")
        }
        guard !sql.utf8.contains(0) else { throw EmbedError(path: path, problem: "holds a NUL byte: remove it") }
        return "(name: \(rawLiteral(file.lastPathComponent)), sql: \(rawLiteral(sql))),"
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

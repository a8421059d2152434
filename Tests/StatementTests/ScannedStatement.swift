import Foundation
import Postgres
import TestSupport

/// A statement as `scripts/statements.py` finds it in the sources.
struct ScannedStatement: Decodable {
    struct Piece: Decodable {
        var text: String?
        var parameter: String?
        var splice: String?
    }

    var file: String
    var line: Int
    var pieces: [Piece]

    static func all() async throws -> [ScannedStatement] {
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../scripts/statements.py").standardized.path
        let outcome = try await Subprocess.run("/usr/bin/env", ["python3", script, "--json"])
        guard outcome.status == 0 else { throw ScanError(reason: outcome.error) }
        return try JSONDecoder().decode([ScannedStatement].self, from: Data(outcome.output.utf8))
    }

    /// The statement as the program would send it.
    /// - Parameter splices: what stands for an interpolated expression, or a call, that is not a statement of the sources.
    func statement(_ splices: [String: Statement]) throws -> Statement {
        try pieces.reduce(into: "") { statement, piece in
            if let text = piece.text {
                statement += Statement(stringLiteral: text)
            } else if piece.parameter != nil {
                statement += "\(String?.none)"
            } else if let time = piece.splice?.wholeMatch(of: /\.timestamp\("(.+)"\)/)?.1 {
                // What is spliced into it in turn is not looked at.
                statement += .timestamp(time.contains("\\") ? "now()" : Statement(stringLiteral: String(time)))
            } else if let splice = piece.splice {
                // `.limit(count)` goes by its name, whatever it is called with.
                guard let known = splices[splice] ?? splices[String(splice.prefix { $0 != "(" })] else {
                    throw ScanError(
                        reason:
                            "\(file):\(line): '\\(\(splice))' is neither a parameter with a cast nor a known statement")
                }
                statement += known
            }
        }
    }
}

struct ScanError: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

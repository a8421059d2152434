import Foundation

/// Programs of the pinned Python packages in .venv, which `make test` installs.
package enum PythonTools {
    /// The path of a program.
    /// - Throws: `ServerUnavailable` with the remedy, because nothing is skipped.
    package static func program(_ name: String) throws -> String {
        let path = Project.file(".venv/bin/\(name)")
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw ServerUnavailable(
                reason: "no \(name) in .venv; run scripts/setup.sh Tests/requirements.txt")
        }
        return path
    }

    /// Runs a script of the project on a JSON value and decodes what it answers.
    package static func answer<Question: Encodable, Answer: Decodable>(
        of script: String, to question: Question, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let folder = try TemporaryFolder()
        let input = try folder.write([UInt8](JSONEncoder().encode(question)), to: "question.json")
        let command = "exec \"$0\" \"$1\" <\"$2\""
        let outcome = try await Subprocess.run(
            "/bin/sh", ["-c", command, try program("python"), Project.file(script), input])
        guard outcome.status == 0 else { throw ServerUnavailable(reason: "\(script) failed: \(outcome.error)") }
        return try JSONDecoder().decode(type, from: Data(outcome.output.utf8))
    }
}

/// A server or tool that the tests need cannot run here.
package struct ServerUnavailable: Error, CustomStringConvertible {
    var reason: String

    package var description: String { reason }
}

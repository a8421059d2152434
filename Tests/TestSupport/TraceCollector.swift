import Foundation

/// A collector of traces in a process of its own, which reads what comes by OpenTelemetry's schema: `Tests/Servers/trace_collector.py`.
package struct TraceCollector: Sendable {
    /// `http://127.0.0.1:PORT`.
    package let url: String

    /// A span, whose values are all texts.
    package typealias Span = [String: String]

    /// Runs `body` beside a collector of its own.
    /// - Parameter options: how it misbehaves, as the script says.
    package static func with<Result>(
        _ options: String..., body: (TraceCollector) async throws -> Result
    ) async throws -> Result {
        let python = try PythonTools.program("python")
        return try await ListeningProcess.with {
            [python, Project.file("Tests/Servers/trace_collector.py"), $0] + options
        } _: { process in
            try await body(TraceCollector(url: "http://127.0.0.1:\(process.port)"))
        }
    }

    package func spans() async throws -> [Span] { try await get("spans") }

    /// How often each status was answered.
    package func log() async throws -> [String: Int] { try await get("log") }

    private func get<Answer: Decodable>(_ path: String) async throws -> Answer {
        let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "--max-time", "30", "\(url)/\(path)"])
        return try JSONDecoder().decode(Answer.self, from: Data(outcome.output.utf8))
    }
}

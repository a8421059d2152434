import Foundation

/// A real HTTP server that knows persons by their addresses, in a process of its own: `Tests/Servers/people_server.py`.
package struct PeopleServer: Sendable {
    /// `http://127.0.0.1:PORT`.
    package let url: String

    /// Settings of a provider of kind `http-json` that asks it for lists.
    package func settings(inputsPerCall: Int = 25, further: String = "") -> String {
        """
        {"capabilities": {"contact_enrich": {"url": "\(url)/people", "inputs": "people", "inputsPerCall": \(inputsPerCall),
            "request": {"email": "mail"}, "results": "people", "response": {"job_title": "title"},
            "confidence": "score", "isMatchIf": "found"}}\(further)}
        """
    }

    /// Runs `body` beside a server of its own.
    /// - Parameter options: how it misbehaves, as the script says.
    package static func with<Result>(
        _ options: String..., body: (PeopleServer) async throws -> Result
    ) async throws -> Result {
        let script = Project.file("Tests/Servers/people_server.py")
        return try await ListeningProcess.with {
            ["/usr/bin/env", "python3", script, $0] + options
        } _: { process in
            try await body(PeopleServer(url: "http://127.0.0.1:\(process.port)"))
        }
    }

    /// What it counted.
    package func log() async throws -> [String: Int] {
        let outcome = try await Subprocess.run("/usr/bin/env", ["curl", "-sf", "--max-time", "30", "\(url)/log"])
        return try JSONDecoder().decode([String: Int].self, from: Data(outcome.output.utf8))
    }
}

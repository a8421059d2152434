import Foundation

/// A real SMTP server that keeps its mail in a Maildir: `Tests/Servers/mail_server.py`.
package struct MailServer: Sendable {
    package let port: Int
    private let maildir: String

    /// Runs `body` beside a server of its own.
    /// - Parameter options: as the script has them.
    package static func with<Result>(
        _ options: [String] = [], _ body: (MailServer) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let (python, script) = (Project.file(".venv/bin/python"), Project.file("Tests/Servers/mail_server.py"))
        return try await ListeningProcess.with {
            [python, script, $0, folder.file("mail")] + options
        } _: { process in
            let outcome = try await body(MailServer(port: process.port, maildir: folder.file("mail")))
            return withExtendedLifetime(folder) { outcome }
        }
    }

    /// The messages that were delivered. The server adds `X-MailFrom`, `X-RcptTo` and `X-Peer`, and keeps lines with LF.
    package func messages() throws -> [String] {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(maildir)/new")
        return try files.sorted().map { try String(contentsOfFile: "\(maildir)/new/\($0)", encoding: .utf8) }
    }
}

import Curl
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct SendMailTests {
    @Test func aMailArrivesAsItIs() async throws {
        try await MailServer.with { server in
            let lines = ["From: a@x", "Subject: dots", "", ".", "..two", ". one", "Zoë", "end"]
            try await sendMail(
                .make(lines, to: ["b@y", "c@z"]), via: try SMTPServer("smtp://127.0.0.1:\(server.port)"))
            let messages = try server.messages()
            #expect(messages.count == 1)
            let message = try #require(messages.first)
            #expect(message.hasSuffix("\n\n" + lines.dropFirst(3).joined(separator: "\n") + "\n"))
            #expect(message.contains("X-MailFrom: a@x\n"))
            #expect(message.contains("X-RcptTo: b@y, c@z\n"))
        }
    }

    @Test func aRefusalForEverIsPermanent() async throws {
        try await MailServer.with { server in
            let error = try await failure(to: "nobody@y", "smtp://127.0.0.1:\(server.port)")
            #expect(error?.isPermanent == true)
            #expect(error?.code == 550)
            #expect(error?.message.hasSuffix("(550 5.1.1 no such mailbox)") == true)
            let messages = try server.messages()
            #expect(messages.isEmpty)
        }
    }

    @Test func aRefusalForNowIsTemporary() async throws {
        try await MailServer.with { server in
            let error = try await failure(to: "full@y", "smtp://127.0.0.1:\(server.port)")
            #expect(error?.isPermanent == false)
            #expect(error?.code == 452)
        }
    }

    @Test func aServerThatIsNotThereIsTemporary() async throws {
        let port = try await MailServer.with { $0.port }
        let error = try await failure("smtp://user:secret@127.0.0.1:\(port)")
        #expect(error?.isPermanent == false)
        #expect(error?.code == nil)
        #expect(error?.message.contains("secret") == false)
    }

    @Test func startTLSIsUsedWhenItIsOffered() async throws {
        let certificate = try await TestCertificate.make()
        try await MailServer.with(certificate.options + ["--require-tls"]) { server in
            let error = try await failure("smtp://localhost:\(server.port)", caFile: certificate.certificate)
            #expect(error == nil)
            let plain = try await failure("smtp://localhost:\(server.port)?starttls=never")
            #expect(plain?.isPermanent == true)
            #expect(plain?.code == 530)
            let messages = try server.messages()
            #expect(messages.count == 1)
        }
    }

    @Test func aServerOfAnUnknownAuthorityIsRefused() async throws {
        let certificate = try await TestCertificate.make()
        try await MailServer.with(certificate.options) { server in
            let error = try await failure("smtp://localhost:\(server.port)?starttls=required")
            #expect(error?.isPermanent == true)
            #expect(error?.code == nil)
            let messages = try server.messages()
            #expect(messages.isEmpty)
        }
    }

    @Test func requiredTLSThatIsNotOfferedIsPermanent() async throws {
        try await MailServer.with { server in
            let error = try await failure("smtp://localhost:\(server.port)?starttls=required")
            #expect(error?.isPermanent == true)
            let messages = try server.messages()
            #expect(messages.isEmpty)
        }
    }

    @Test func aPasswordOpensTheServer() async throws {
        let certificate = try await TestCertificate.make()
        try await MailServer.with(certificate.options + ["--user", "cat:p@ss"]) { server in
            let address = "localhost:\(server.port)?starttls=required"
            let error = try await failure("smtp://cat:p%40ss@\(address)", caFile: certificate.certificate)
            #expect(error == nil)
            let wrong = try await failure("smtp://cat:secret@\(address)", caFile: certificate.certificate)
            #expect(wrong?.isPermanent == true)
            #expect(wrong?.code == 535)
            #expect(wrong?.message.contains("secret") == false)
            let messages = try server.messages()
            #expect(messages.count == 1)
        }
    }

    @Test func smtpsBeginsWithTLS() async throws {
        let certificate = try await TestCertificate.make()
        try await MailServer.with(certificate.options + ["--smtps"]) { server in
            let error = try await failure("smtps://localhost:\(server.port)", caFile: certificate.certificate)
            #expect(error == nil)
            let messages = try server.messages()
            #expect(messages.count == 1)
        }
    }

    @Test(arguments: ["", "a b@c", "a@b>\r\nDATA", "a\0@b"])
    func addressesThatAreCommandsAreRefused(address: String) async throws {
        let error = try await failure(to: address, "smtp://127.0.0.1:1")
        #expect(error?.isPermanent == true)
    }

    /// - Returns: why a mail was not accepted; nil if it was.
    private func failure(to recipient: String = "b@y", _ url: String, caFile: String? = nil) async throws -> SMTPError?
    {
        var server = try SMTPServer(url)
        server.caFile = caFile
        do {
            try await sendMail(.make(to: [recipient]), via: server)
            return nil
        } catch let error as SMTPError {
            return error
        }
    }
}

extension SMTPMessage {
    fileprivate static func make(_ lines: [String] = ["Subject: x", "", "y"], to recipients: [String]) -> SMTPMessage {
        SMTPMessage(
            sender: "a@x", recipients: recipients, bytes: Array(lines.map { $0 + "\r\n" }.joined().utf8))
    }
}

extension TestCertificate {
    fileprivate var options: [String] { ["--tls", certificate, key] }
}

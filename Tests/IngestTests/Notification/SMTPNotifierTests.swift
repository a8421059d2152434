import Curl
import TestSupport
import Testing

@testable import Ingest

@Suite(.timeLimit(.minutes(5))) struct SMTPNotifierTests {
    @Test func theMailOfAnUploadArrives() async throws {
        try await MailServer.with { server in
            let notice = UploadNotice.make(fileName: "Grüße.csv", link: "https://example.com/r?a=b")
            let notifier = SMTPNotifier(
                server: try SMTPServer("smtp://127.0.0.1:\(server.port)"),
                from: MailSender(name: "Shop", address: "shop@example.com"))
            try await notifier.send(notice, to: "vendor@example.com", identifier: "U1")
            let message = try #require(try server.messages().first)
            #expect(message.contains("X-MailFrom: shop@example.com\n"))
            #expect(message.contains("X-RcptTo: vendor@example.com\n"))
            #expect(message.contains("From: Shop <shop@example.com>\n"))
            #expect(message.contains("Message-ID: <U1@catalog>\n"))
            let read = try await PythonMail.read(message)
            let mail = UploadMail(notice)
            #expect(read == mail.subject + "\n" + mail.body)
        }
    }

    @Test func aRefusalIsTheServersOwn() async throws {
        try await MailServer.with { server in
            let notifier = SMTPNotifier(
                server: try SMTPServer("smtp://127.0.0.1:\(server.port)"), from: MailSender())
            await #expect(throws: Undeliverable.self) {
                try await notifier.send(.make(), to: "nobody@example.com", identifier: "U1")
            }
        }
    }

    @Test func withoutARecipientNothingIsSent() async throws {
        let notifier = SMTPNotifier(server: try SMTPServer("smtp://127.0.0.1:1"), from: MailSender())
        await #expect(throws: Undeliverable.self) { try await notifier.send(.make(), to: nil, identifier: "U1") }
    }
}

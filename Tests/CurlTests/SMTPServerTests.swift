import Curl
import Testing

struct SMTPServerTests {
    @Test func anAddressHasAllParts() throws {
        let server = try SMTPServer("smtp://us%40er:p%3Ass@mail.example:2525?starttls=required")
        #expect(server.host == "mail.example")
        #expect(server.port == 2525)
        #expect(server.user == "us@er")
        #expect(server.password == "p:ss")
        #expect(server.startTLS == .required)
        #expect(!server.usesTLS)
    }

    @Test func whatIsLeftOutHasDefaults() throws {
        let plain = try SMTPServer("smtp://mail.example")
        #expect(plain.port == 25)
        #expect(plain.startTLS == .optional)
        #expect(plain.user == nil)
        let secure = try SMTPServer("smtps://mail.example/")
        #expect(secure.port == 465)
        #expect(secure.usesTLS)
    }

    @Test(arguments: [
        "", "mail.example", "http://mail.example", "smtp://", "smtp://secret@mail.example",
        "smtp://mail.example/secret",
        "smtp://mail.example?starttls=secret", "smtp://mail.example?secret=required",
        "smtp://u:secret@mail.example:port",
    ])
    func anythingElseIsRefusedWithoutShowingIt(url: String) {
        let error = #expect(throws: SMTPServerError.self) { try SMTPServer(url) }
        #expect(error?.description.contains("secret") == false)
    }

    @Test func thePasswordIsNeverShown() throws {
        let server = try SMTPServer("smtp://user:secret@mail.example")
        #expect("\(server)" == "smtp://user:***@mail.example:25?starttls=optional")
        var dumped = ""
        dump((1, server), to: &dumped)
        for text in [String(reflecting: server), "\([server])", dumped] { #expect(!text.contains("secret")) }
    }
}

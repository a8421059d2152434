import Foundation
import TestSupport
import Testing

@testable import Catalog
@testable import Ingest

@Suite(.timeLimit(.minutes(5))) struct MailMessageTests {
    @Test func aFileNameCannotAddAHeaderAndOtherLettersAreEncodedWords() {
        let message = MailMessage(
            UploadMail.make(fileName: "Grüße\r\nBcc: x@y.z 日本語.csv"), from: MailSender(), to: "a@b.c\r\nBcc: q@r.s",
            identifier: "U", date: Date(timeIntervalSince1970: 0))
        let text = message.text(.eightBit)
        let headers = text.prefix(upTo: text.range(of: "\r\n\r\n")!.lowerBound)
        #expect(!headers.contains("\r\nBcc"))
        #expect(headers.contains("Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"))
        #expect(headers.contains("Subject: =?utf-8?B?"))
        #expect(headers.contains("From: Catalog <catalog@localhost>\r\n"))
        #expect(headers.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
    }

    @Test(arguments: [
        ("Catalog", "Catalog <a@b>"), ("Smith, J.", "\"Smith, J.\" <a@b>"),
        ("a \"b\" \\", "\"a \\\"b\\\" \\\\\" <a@b>"),
        ("Zoë", "=?utf-8?B?Wm/Dqw==?= <a@b>"), ("A\r\nBcc: x", "\"ABcc: x\" <a@b>"),
    ])
    func aNameOfASenderIsAPhrase(name: String, expected: String) {
        let sender = MailSender(name: name, address: "a@b")
        let text = MailMessage(UploadMail.make(), from: sender, to: nil, identifier: "U").text(.eightBit)
        #expect(text.contains("\r\nFrom: \(expected)\r\n"))
    }

    @Test func pythonReadsWhatIsSent() async throws {
        let link = "https://example.com/r?" + String(repeating: "X-Amz-Security-Token=a%2Fb+c&", count: 60)
        let mail = UploadMail.make(fileName: "Grüße = 日本語 .csv", link: link)
        let text = MailMessage(mail, from: MailSender(), to: "a@b.c", identifier: "U").text(.quotedPrintable)
        #expect(text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(text.utf8.allSatisfy { $0 < 0x80 })
        let read = try await PythonMail.read(text)
        #expect(read == mail.subject + "\n" + mail.body)
    }

    @Test func blanksAtTheEndOfALineAreKept() {
        #expect("a \nb\t\n é\n".quotedPrintable == "a=20\nb=09\n =C3=A9\n")
        #expect(String(repeating: "x", count: 75).quotedPrintable.contains("=") == false)
        #expect(String(repeating: "x", count: 76).quotedPrintable == String(repeating: "x", count: 75) + "=\nx")
    }
}

/// Another reader of mail: Python's `email`.
enum PythonMail {
    /// - Returns: the subject and the body, decoded.
    static func read(_ message: String) async throws -> String {
        let folder = try TemporaryFolder()
        let path = try folder.write(message, to: "mail")
        let script = """
            import email, email.policy, sys
            message = email.message_from_binary_file(open(sys.argv[1], "rb"), policy=email.policy.default)
            sys.stdout.buffer.write((message["Subject"] + "\\n" + message.get_content()).replace("\\r\\n", "\\n").encode())
            """
        let outcome = try await Subprocess.run("/usr/bin/env", ["python3", "-c", script, path])
        try #require(outcome.status == 0, "\(outcome.error)")
        return outcome.output
    }
}

extension UploadNotice {
    /// About an upload with one error.
    static func make(fileName: String = "products.csv", link: String? = nil) -> UploadNotice {
        UploadNotice(
            upload: UploadRecord(
                uploadID: "UPLOAD_20241221_103045_7f3a9c", vendorID: "VEND001", fileName: fileName, status: .partial,
                mode: .create, policy: .loadValid, uploadedAt: "2024-12-21T10:30:45Z", totalRecords: 2,
                validRecords: 1, errorRecords: 1), link: link)
    }
}

extension UploadMail {
    static func make(fileName: String = "products.csv", link: String? = nil) -> UploadMail {
        UploadMail(.make(fileName: fileName, link: link))
    }
}

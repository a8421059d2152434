import Curl
import Foundation
import TestSupport
import Testing
import Threads

@testable import AWS

@Suite(.timeLimit(.minutes(5))) struct SNSMessageTests {
    private static let folder = "aws-events/sns-signed"

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: SharedData.file("\(Self.folder)/\(name)"), encoding: .utf8)
    }

    private static let names = (1...8).map { "message-0\($0).json" }

    @Test("messages that AWS signed are signed, in both versions", .sharedData, arguments: names)
    func real(name: String) throws {
        let message = try SNSMessage(Array(text(name).utf8))
        let certificate = try text("signing-cert.pem")
        #expect(message.kind == .notification)
        #expect(message.isTrustedCertificateURL)
        #expect(message.isSigned(certificate: certificate))
    }

    @Test("a changed letter anywhere that counts breaks the signature", .sharedData, arguments: names)
    func changed(name: String) throws {
        let original = try text(name)
        let certificate = try text("signing-cert.pem")
        let changes = [
            ("Hello world", "Hello World"), ("2022-", "2023-"), (":publish-", ":Publish-"),
            (#""Type": "Notification""#, #""Type": "SubscriptionConfirmation""#),
            (#""Signature": ""#, #""Signature": "AAAA"#),
        ]
        for (old, new) in changes {
            let forged = try SNSMessage(Array(original.replacing(old, with: new).utf8))
            #expect(!forged.isSigned(certificate: certificate), "\(new)")
        }
        let version = original.contains(#""SignatureVersion": "1""#) ? ("1", "2") : ("2", "1")
        for other in [version.1, "3"] {
            let forged = original.replacing(
                #""SignatureVersion": "\#(version.0)""#, with: #""SignatureVersion": "\#(other)""#)
            #expect(!(try SNSMessage(Array(forged.utf8)).isSigned(certificate: certificate)))
        }
    }

    @Test("no certificate and broken certificates sign nothing", .sharedData)
    func certificates() throws {
        let message = try SNSMessage(Array(text("message-01.json").utf8))
        let certificate = try text("signing-cert.pem")
        for bad in ["", "nothing", String(certificate.prefix(300)), certificate.replacing("MII", with: "MIJ")] {
            #expect(!message.isSigned(certificate: bad))
        }
    }

    @Test(
        "confirmations are signed over link and token",
        arguments: ["SubscriptionConfirmation", "UnsubscribeConfirmation"])
    func confirmations(kind: String) async throws {
        let key = try await SigningKey.make()
        var fields = [
            "Type": kind, "MessageId": "m", "TopicArn": "arn:t", "Message": "You have chosen…\nä", "Timestamp": "now",
            "SignatureVersion": "2", "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/x.pem", "Token": "tok",
            "SubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=tok",
        ]
        let names = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        let signed = names.map { "\($0)\n\(fields[$0] ?? "")\n" }.joined()
        fields["Signature"] = try await key.signature(of: signed)
        let message = try SNSMessage(Array(JSONEncoder().encode(fields)))
        #expect(message.kind.rawValue == kind)
        #expect(message.token == "tok")
        #expect(message.isSigned(certificate: key.certificate))
        for name in names where name != "Type" {
            var forged = fields
            forged[name]? += "x"
            #expect(
                !(try SNSMessage(Array(JSONEncoder().encode(forged))).isSigned(certificate: key.certificate)), "\(name)"
            )
        }
    }

    @Test(
        "certificates come from SNS, over TLS",
        arguments: [
            ("https://sns.us-east-2.amazonaws.com/SimpleNotificationService-7ff53.pem", true),
            ("https://sns.cn-north-1.amazonaws.com.cn/x.pem", true),
            ("http://sns.us-east-2.amazonaws.com/x.pem", false),
            ("https://sns.us-east-2.amazonaws.com.evil.example/x.pem", false),
            ("https://evil.example/sns.us-east-2.amazonaws.com/x.pem", false),
            ("https://sns.us-east-2.amazonaws.com@evil.example/x.pem", false),
            ("https://sns.us-east-2.amazonaws.com:444/x.pem", false),
            ("https://sns.us-east-2.amazonaws.com/x.txt", false),
            ("https://sns.us-east-2.amazonaws.com/x?a=.pem", false),
            ("https://snsXus-east-2.amazonaws.com/x.pem", false),
            ("https://evil.example\\.sns.us-east-2.amazonaws.com/x.pem", false),
            ("https://sns.a.b.amazonaws.com/x.pem", false),
            ("https://sns.us-east-2.amazonaws.com", false), ("", false),
        ])
    func certificateURL(url: String, isTrusted: Bool) {
        #expect(SNSMessage.isTrusted(url) == isTrusted)
    }

    @Test("a certificate is fetched once, and only from SNS", .sharedData)
    func verifier() async throws {
        let message = try SNSMessage(Array(text("message-01.json").utf8))
        let transport = ScriptedTransport(.make(status: 503), .make(try text("signing-cert.pem")))
        let clock = TestClock()
        let reports = Locked(0)
        let verifier = SNSVerifier(
            now: { clock.now }, report: { _ in reports.withLock { $0 += 1 } }, send: transport.send)
        // Many messages at once, and one after them: SNS is asked once and the log told once.
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask { do { _ = try await verifier.isGenuine(message); return false } catch { return true } }
            }
            return await group.reduce(true) { $0 && $1 }
        }
        #expect(refused)
        await #expect(throws: SNSMessageError.self) { try await verifier.isGenuine(message) }
        #expect(transport.requests.count == 1)
        #expect(reports.withLock { $0 } == 1)
        clock.advance(30)
        for _ in 0..<2 {
            let isGenuine = try await verifier.isGenuine(message)
            #expect(isGenuine)
        }
        #expect(transport.requests.map(\.url) == [message.signingCertificateURL, message.signingCertificateURL])
        let elsewhere = try text("message-01.json").replacing(
            "sns.us-east-2.amazonaws.com/Simple", with: "evil.example/S")
        let forged = try await verifier.isGenuine(SNSMessage(Array(elsewhere.utf8)))
        #expect(!forged)
        #expect(transport.requests.count == 2)
    }

    @Test("other bodies are not messages", arguments: ["", "{}", "[]", #"{"Type": "Other"}"#])
    func otherBodies(body: String) {
        #expect(throws: SNSMessageError.self) { try SNSMessage(Array(body.utf8)) }
    }
}

/// A key and certificate made by the openssl program, the other judge.
private struct SigningKey {
    let folder: TemporaryFolder
    let certificate: String

    static func make() async throws -> SigningKey {
        let folder = try TemporaryFolder()
        let made = try await Subprocess.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=sns.test", "-days", "2",
                "-keyout",
                folder.file("key.pem"), "-out", folder.file("certificate.pem"),
            ])
        try #require(made.status == 0, "\(made.error)")
        return SigningKey(
            folder: folder, certificate: try String(contentsOfFile: folder.file("certificate.pem"), encoding: .utf8))
    }

    /// Base64.
    func signature(of text: String) async throws -> String {
        let file = try folder.write(text, to: "text")
        let signed = try await Subprocess.run(
            "/usr/bin/env",
            ["openssl", "dgst", "-sha256", "-sign", folder.file("key.pem"), "-out", folder.file("signature"), file])
        try #require(signed.status == 0, "\(signed.error)")
        return try Data(contentsOf: URL(fileURLWithPath: folder.file("signature"))).base64EncodedString()
    }
}

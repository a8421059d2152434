import Curl
import Foundation
import TestSupport
import Testing

@testable import AWS
import Threads

/// SNS, Secrets Manager, STS and instance metadata, played by moto.
@Suite(.timeLimit(.minutes(5))) struct ServiceTests {
    private func configuration() async throws -> AWSConfiguration {
        let endpoint = try AWSEndpoint(url: try await MotoServer.url())
        return AWSConfiguration(
            region: "eu-central-1", credentials: CredentialProvider(.make()),
            endpoints: Dictionary(uniqueKeysWithValues: AWSService.allCases.map { ($0, endpoint) }), http: HTTPClient())
    }

    private func makeTopic() async throws -> String {
        let query = QueryProtocol(client: try await configuration().client(of: .sns), version: "2010-03-31")
        let made = try await query.call("CreateTopic", on: "test", [("Name", "t-\(UUID().uuidString)")])
        return made.first("TopicArn")?.text ?? ""
    }

    /// Calls an action of SQS, which shows what was published.
    private func queue(_ action: String, _ name: String, _ value: String) async throws -> XMLDocument.Element {
        let endpoint = try AWSEndpoint(url: try await MotoServer.url())
        var request = SignableRequest(
            "POST", endpoint, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        let body = Array("Action=\(action)&Version=2012-11-05&\(name)=\(value)&MaxNumberOfMessages=10".utf8)
        let signer = SigV4(credentials: .make(), region: "eu-central-1", service: "sqs")
        request = signer.signed(request, payloadHash: SigV4.payloadHash(body), at: Date())
        let response = try await HTTPClient().send(request.http(body: .bytes(body), timeout: .seconds(30)))
        return try #require(XMLDocument(response.body)?.root)
    }

    private func makeQueue() async throws -> (url: String, arn: String) {
        let name = "q-\(UUID().uuidString)"
        let made = try await queue("CreateQueue", "QueueName", name)
        return (made.first("QueueUrl")?.text ?? "", "arn:aws:sqs:eu-central-1:123456789012:\(name)")
    }

    @Test("messages of a queue are taken until they are deleted")
    func takeMessages() async throws {
        let sqs = SQSClient(try await configuration())
        let (topic, queue) = (try await makeTopic(), try await makeQueue())
        let sns = SNSClient(try await configuration())
        try await sns.subscribe(topic: topic, protocolName: "sqs", endpoint: queue.arn)
        for text in ["one", "two \u{1F642}"] { try await sns.publish(topic: topic, message: text) }
        let taken = try await sqs.receive(from: queue.url)
        let texts = try taken.map { try #require(try? SNSMessage(Array($0.body.utf8))).message }
        #expect(Set(texts) == ["one", "two \u{1F642}"])
        #expect(try await sqs.delete(taken, from: queue.url) == 0)
        let error = await #expect(throws: AWSError.self) { try await sqs.receive(from: queue.url + "-none") }
        #expect(error?.resource == queue.url + "-none")
    }

    private func messages(_ url: String) async throws -> [[String: Any]] {
        let answer = try await queue("ReceiveMessage", "QueueUrl", PercentEncoding.encode(url))
        return try (answer.first("ReceiveMessageResult")?.children ?? []).compactMap { $0.text("Body") }.map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:]
        }
    }

    @Test("subscribers get the messages that match their filter")
    func publish() async throws {
        let sns = SNSClient(try await configuration())
        let topic = try await makeTopic()
        let (all, some) = (try await makeQueue(), try await makeQueue())
        try await sns.subscribe(topic: topic, protocolName: "sqs", endpoint: all.arn)
        let subscription = try await sns.subscribe(
            topic: topic, protocolName: "sqs", endpoint: some.arn, filterPolicy: #"{"vendor": ["VEND001"]}"#)
        #expect(subscription.hasPrefix(topic))
        let text = "Zeilen: ä & <b> + 100%\n=x\u{1F642}"
        let id = try await sns.publish(
            topic: topic, subject: "Product Upload", message: text, attributes: ["vendor": "VEND001", "a": "b c"])
        #expect(!id.isEmpty)
        try await sns.publish(topic: topic, message: "other", attributes: ["vendor": "VEND002"])
        let (allMessages, someMessages) = (try await messages(all.url), try await messages(some.url))
        #expect(Set(allMessages.compactMap { $0["Message"] as? String }) == [text, "other"])
        #expect(someMessages.compactMap { $0["Message"] as? String } == [text])
        #expect(someMessages.first?["Subject"] as? String == "Product Upload")
    }

    @Test("a topic that is not there is not found")
    func missingTopic() async throws {
        let sns = SNSClient(try await configuration())
        let topic = "arn:aws:sns:eu-central-1:123456789012:nothing"
        let error = await #expect(throws: AWSError.self) { try await sns.publish(topic: topic, message: "m") }
        #expect(error?.isNotFound == true)
        #expect(error?.resource == topic)
    }

    @Test("a secret is read by name and stage, and shown by nothing")
    func secret() async throws {
        let configuration = try await configuration()
        let name = "db-\(UUID().uuidString)"
        for (action, secret) in [("CreateSecret", "old"), ("PutSecretValue", "new")] {
            let body =
                #"{"Name": "\#(name)", "SecretId": "\#(name)", "SecretString": "{\"password\": \"\#(secret)\"}"}"#
            let client = configuration.client(of: .secretsManager)
            let request = SignableRequest(
                "POST", client.endpoint,
                headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "secretsmanager.\(action)")])
            _ = try await client.run { attempt in
                try await client.send(
                    request, body: .bytes(Array(body.utf8)), payloadHash: SigV4.payloadHash(Array(body.utf8)),
                    operation: action, resource: name, attempt: attempt)
            }
        }
        let secrets = SecretsManagerClient(configuration)
        let current = try await secrets.getSecretValue(id: name)
        #expect(current.text == #"{"password": "new"}"#)
        let previous = try await secrets.getSecretValue(id: name, stage: "AWSPREVIOUS")
        #expect(previous.text == #"{"password": "old"}"#)
        #expect(previous.version != current.version)
        var dumped = ""
        dump(current, to: &dumped)
        #expect(!("\(current)\(String(reflecting: current))\(dumped)".contains("password")))
        let error = await #expect(throws: AWSError.self) { try await secrets.getSecretValue(id: "no-\(name)") }
        #expect(error?.isNotFound == true)
        #expect(error?.code == "ResourceNotFoundException")
    }

    @Test("roles are taken, and their credentials are temporary")
    func roles() async throws {
        let sts = STSClient(try await configuration())
        let identity = try await sts.getCallerIdentity()
        #expect(identity.account == "123456789012")
        let role = "arn:aws:iam::123456789012:role/reports"
        let assumed = try await sts.assumeRole(role, sessionName: "catalog", externalID: "x", duration: 900)
        let byToken = try await sts.assumeRoleWithWebIdentity(role: role, sessionName: "catalog", token: "jwt")
        for credentials in [assumed, byToken] {
            #expect(credentials.isTemporary)
            #expect(credentials.expiration.map { $0 > Date() } == true)
        }
    }

    @Test("an instance's role comes from the metadata service")
    func instanceRole() async throws {
        let environment = AWSEnvironment.make(["AWS_EC2_METADATA_SERVICE_ENDPOINT": try await MotoServer.url() + "/"])
        let http = HTTPClient()
        let source = InstanceCredentials(
            environment: environment, send: { try await http.send($0) }, timeout: .seconds(30))
        let found = try await source.credentials()
        #expect(found?.isTemporary == true)
    }
}

@Suite(.timeLimit(.minutes(5))) final class SecretCacheTests: Sendable {
    private let clock = TestClock()
    private let calls = Locked(0)

    private func cache() -> SecretCache {
        SecretCache(lifetime: 300, now: { [clock] in clock.now }) { [self] id in
            for _ in 0..<50 { await Task.yield() }
            let call = calls.withLock { calls in
                calls += 1
                return calls
            }
            return .init(name: id, version: "v", text: "\(call)")
        }
    }

    @Test("a secret that is refused is read anew once for all who say so, and then left alone for a while")
    func refused() async throws {
        let cache = cache()
        func refuse() async {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { await cache.renew("db") } }
            }
        }
        #expect(try await cache.secret("db").text == "1")
        await refuse()
        #expect(try await cache.secret("db").text == "1", "it was read a moment ago")
        clock.advance(SecretCache.pause)
        await refuse()
        await refuse()
        #expect(try await cache.secret("db").text == "2")
        clock.advance(SecretCache.pause - 1)
        await refuse()
        #expect(try await cache.secret("db").text == "2")
        clock.advance(1)
        await refuse()
        #expect(try await cache.secret("db").text == "3")
    }

    @Test("a secret is asked for once until its time is over or it is refused")
    func lifetime() async throws {
        let cache = cache()
        let texts = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<20 { group.addTask { try await cache.secret("db").text } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(texts == ["1"])
        clock.advance(299)
        let kept = try await cache.secret("db")
        #expect(kept.text == "1")
        clock.advance(1)
        let renewed = try await cache.secret("db")
        #expect(renewed.text == "2")
        await cache.invalidate("db")
        let again = try await cache.secret("db")
        #expect(again.text == "3")
        let other = try await cache.secret("other")
        #expect(other.text == "4")
    }
}

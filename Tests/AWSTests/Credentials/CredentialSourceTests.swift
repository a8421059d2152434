import Curl
import Foundation
import Testing

@testable import AWS

@Suite(.timeLimit(.minutes(5))) struct CredentialSourceTests {
    private static let now = Date(timeIntervalSince1970: 1_772_366_400)

    @Test("environment variables are used together or not at all")
    func environment() async throws {
        let source = EnvironmentCredentials(
            environment: .make(["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SESSION_TOKEN": "T"]))
        let found = try await source.credentials()
        #expect(found == Credentials(accessKeyID: "A", secretAccessKey: "S", sessionToken: "T"))
        let none = try await EnvironmentCredentials(environment: .make()).credentials()
        #expect(none == nil)
        await #expect(throws: CredentialError.self) {
            try await EnvironmentCredentials(environment: .make(["AWS_ACCESS_KEY_ID": "A"])).credentials()
        }
    }

    @Test("a container's relative address is asked on ECS's host, with its token")
    func container() async throws {
        let transport = ScriptedTransport(.credentialDocument(id: "ASIA1"))
        let source = ContainerCredentials(
            environment: .make(
                [
                    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x",
                    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/token", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "old",
                ], files: ["/token": "Basic abc\n"]), send: transport.send)
        let found = try #require(try await source.credentials())
        #expect(found.accessKeyID == "ASIA1")
        #expect(found.sessionToken == "t0k3n")
        #expect(found.expiration == Self.now)
        #expect(transport.requests.map(\.url) == ["http://169.254.170.2/v2/credentials/x"])
        #expect(transport.requests[0].header("Authorization") == "Basic abc")
    }

    @Test(
        "a container's token is not sent in the clear to another machine",
        arguments: ["http://evil.example/x", "http://127.evil.example/", "http://169.254.170.24/"])
    func containerInTheClear(url: String) async throws {
        let transport = ScriptedTransport()
        let source = ContainerCredentials(
            environment: .make(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]), send: transport.send)
        await #expect(throws: CredentialError.self) { try await source.credentials() }
        #expect(transport.requests.isEmpty)
    }

    @Test(
        "a container's full address may be on this machine or encrypted",
        arguments: ["http://localhost:1/x", "http://127.0.0.1/x", "http://[::1]:80/", "https://files.example/x"])
    func containerFullAddress(url: String) async throws {
        let transport = ScriptedTransport(.credentialDocument(id: "ASIA1"))
        let source = ContainerCredentials(
            environment: .make(["AWS_CONTAINER_CREDENTIALS_FULL_URI": url]), send: transport.send)
        let found = try await source.credentials()
        #expect(found?.accessKeyID == "ASIA1")
    }

    @Test("an instance is asked for a session token first")
    func instance() async throws {
        let transport = ScriptedTransport(.make("session"), .make("the-role\n"), .credentialDocument(id: "ASIA2"))
        let found = try await InstanceCredentials(environment: .make(), send: transport.send).credentials()
        #expect(found?.accessKeyID == "ASIA2")
        #expect(transport.requests.map(\.method) == ["PUT", "GET", "GET"])
        #expect(transport.requests[0].header("X-aws-ec2-metadata-token-ttl-seconds") == "21600")
        #expect(transport.requests[2].url.hasSuffix("/latest/meta-data/iam/security-credentials/the-role"))
        #expect(transport.requests[1].header("X-aws-ec2-metadata-token") == "session")
    }

    @Test("off EC2, without a role and where it is switched off, an instance has none")
    func noInstance() async throws {
        let silent = ScriptedTransport([.failure(HTTPTransportError(.timeout, "nobody"))])
        let off = try await InstanceCredentials(environment: .make(), send: silent.send).credentials()
        #expect(off == nil)
        let bare = ScriptedTransport(.make("session"), .make(status: 404))
        let roleless = try await InstanceCredentials(environment: .make(), send: bare.send).credentials()
        #expect(roleless == nil)
        let disabled = AWSEnvironment.make(["AWS_EC2_METADATA_DISABLED": "true"])
        let none = try await InstanceCredentials(environment: disabled, send: ScriptedTransport().send).credentials()
        #expect(none == nil)
    }

    @Test("a web identity's token goes to STS unsigned")
    func webIdentity() async throws {
        let transport = ScriptedTransport(.assumedRole(id: "ASIA3"))
        let environment = AWSEnvironment.make(
            [
                "AWS_WEB_IDENTITY_TOKEN_FILE": "/token", "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
                "AWS_REGION": "eu-west-1",
            ], files: ["/token": "jwt\n"])
        let source = WebIdentityCredentials(environment: environment, send: transport.send, now: { Self.now })
        let found = try await source.credentials()
        #expect(found?.accessKeyID == "ASIA3")
        #expect(found?.expiration == Self.now)
        let request = try #require(transport.requests.first)
        #expect(request.url == "https://sts.eu-west-1.amazonaws.com/")
        #expect(request.header("Authorization") == nil)
        #expect(request.text.contains("Action=AssumeRoleWithWebIdentity"))
        #expect(request.text.contains("&WebIdentityToken=jwt"))
        #expect(request.text.contains("&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"))
    }

    private static let profiles = [
        "/home/cat/.aws/config": """
        [profile base]
        [profile reports]
        role_arn = arn:aws:iam::1:role/reports
        source_profile = base
        external_id = x1
        [profile a]
        role_arn = r
        source_profile = b
        [profile b]
        role_arn = r
        source_profile = a
        [profile self]
        role_arn = arn:aws:iam::1:role/self
        source_profile = self
        aws_access_key_id = SELF
        aws_secret_access_key = S
        """,
        "/home/cat/.aws/credentials": """
        [base]
        aws_access_key_id = BASE
        aws_secret_access_key = S
        """,
    ]

    private func source(_ profile: String, _ transport: ScriptedTransport) -> ProfileCredentials {
        ProfileCredentials(
            environment: .make(["AWS_PROFILE": profile], files: Self.profiles), send: transport.send, now: { Self.now })
    }

    @Test(
        "a profile's role is taken with its source profile's keys", arguments: [("reports", "BASE"), ("self", "SELF")])
    func assumedRole(profile: String, key: String) async throws {
        let transport = ScriptedTransport(.assumedRole(id: "ASIA4"))
        let found = try await source(profile, transport).credentials()
        #expect(found?.accessKeyID == "ASIA4")
        let authorization = transport.requests.first?.header("Authorization")
        #expect(authorization?.contains("Credential=\(key)/20260301/us-east-1/sts/") == true)
        #expect(transport.requests.first?.text.contains("ExternalId=x1") == (profile == "reports"))
    }

    @Test("profiles that name each other, and profiles that are not there, are errors", arguments: ["a", "missing"])
    func brokenProfiles(profile: String) async {
        await #expect(throws: CredentialError.self) { try await source(profile, ScriptedTransport()).credentials() }
    }

    @Test("the chain asks in order and stops at the first that is set up, even if it fails")
    func chain() async throws {
        let found = try await CredentialChain(sources: [
            Fake(name: "first", answer: .success(nil)), Fake(name: "second", answer: .success(.make("B"))),
            Fake(name: "third", answer: .success(.make("C"))),
        ]).credentials()
        #expect(found?.accessKeyID == "B")
        let failing = CredentialChain(sources: [
            Fake(name: "first", answer: .failure(CredentialError(reason: "denied"))),
            Fake(name: "second", answer: .success(.make("B"))),
        ])
        await #expect(throws: CredentialError(reason: "no credentials from first: denied")) {
            try await failing.credentials()
        }
        let empty = CredentialChain(sources: [Fake(name: "first", answer: .success(nil))])
        let error = await #expect(throws: CredentialError.self) { try await empty.credentials() }
        #expect(error?.reason.contains("looked for first; set AWS_ACCESS_KEY_ID") == true)
    }

    @Test("no description shows the secret or the token")
    func descriptions() {
        let credentials = Credentials(
            accessKeyID: "AKIA", secretAccessKey: "s3cr3t", sessionToken: "t0k3n", expiration: Self.now)
        var dumped = ""
        dump(["in": (credentials, credentials as Credentials?)], to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped, "\([credentials])"] {
            #expect(text.contains("AKIA"))
            #expect(!text.contains("s3cr3t"))
            #expect(!text.contains("t0k3n"))
        }
    }
}

private struct Fake: CredentialSource {
    var name: String
    var answer: Result<Credentials?, CredentialError>

    func credentials() async throws -> Credentials? { try answer.get() }
}

extension Credentials {
    static func make(_ id: String = "AKIATEST", expiration: Date? = nil) -> Credentials {
        Credentials(accessKeyID: id, secretAccessKey: "secret", expiration: expiration)
    }
}

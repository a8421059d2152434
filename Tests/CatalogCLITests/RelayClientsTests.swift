import AWS
import Curl
import Foundation
import TestSupport
import Testing

@testable import CatalogCLI
@testable import Relay

/// The target's credentials and certificates, against servers that check them.
@Suite(.timeLimit(.minutes(2))) struct RelayClientsTests {
    private static func cloud() async throws -> Cloud {
        let variables = [
            "AWS_ENDPOINT_URL": try await MotoServer.url(), "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        ]
        return Cloud(environment: AWSEnvironment(variables: variables) { _ in nil })
    }

    private static func secret(_ name: String, _ text: String) async throws {
        let outcome = try await Subprocess.run(
            Project.file(".venv/bin/python"),
            [Project.file("Tests/Clients/cloud.py"), try await MotoServer.url(), "secret", name, text])
        #expect(outcome.status == 0, "\(outcome.error)")
    }

    @Test("Keys come from a secret, which is read again when the target refuses them")
    func rotation() async throws {
        let (_, bucket) = try await S3Store.swift.bucket()
        let name = "relay-\(UUID().uuidString)"
        try await Self.secret(name, #"{"access_key_id": "test:tester", "secret_access_key": "old"}"#)
        let store = RelayClients(
            RelayBucket(name: bucket, endpoint: try await S3Server.url(), secret: name), cloud: try await Self.cloud()
        ).store
        let error = await #expect(throws: AWSError.self) { try await store.look("relay/none") }
        #expect(error?.isRefusal == true)
        try await Self.secret(name, #"{"access_key_id": "test:tester", "secret_access_key": "testing"}"#)
        let found = try await store.look("relay/none")
        #expect(found == nil)
    }

    @Test("An archive is kept as the target says: class, encryption and tags")
    func keeping() async throws {
        let (_, name) = try await S3Store.moto.bucket()
        let server = try await MotoServer.url()
        let keeping = S3Keeping(
            storageClass: "STANDARD_IA", encryption: "aws:kms", kmsKey: "key-1",
            tags: ["team": "data + more", "a": "b"])
        let bucket = RelayBucket(
            name: name, endpoint: server, credentials: Credentials(accessKeyID: "key", secretAccessKey: "secret"),
            fastest: 1 << 20,
            keeping: keeping)
        let folder = try TemporaryFolder()
        let file = try folder.write("archive", to: "a")
        let archive = RelayArchive(
            opensAt: WindowTime(microseconds: 0), part: 1, key: "relay/a", sha256: String(repeating: "0", count: 64),
            byteCount: 7,
            memberCount: 1)
        try await RelayClients(bucket, cloud: try await Self.cloud()).store.put(
            archive, contentsOf: file, from: 0, replaces: false)
        let outcome = try await Subprocess.run(
            Project.file(".venv/bin/python"), [Project.file("Tests/Clients/cloud.py"), server, "kept", name, "relay/a"])
        #expect(outcome.output == "STANDARD_IA aws:kms key-1 a=b team=data + more\n", "\(outcome.error)")
    }

    @Test("A worker is ready as long as one of its targets can be used; those that cannot are named")
    func readiness() async throws {
        let folder = try TemporaryFolder()
        let good = FileArchiveStore(root: URL(fileURLWithPath: folder.path))
        let bad = S3ArchiveStore(bucket: "archive") { throw SettingsError("CATALOG_RELAY_TARGET_COLD", "…", "away") }
        let targets: [String: any ArchiveStore] = ["": good, "cold": bad]
        let unusable = await targets.unusable()
        #expect(unusable.map(\.name) == ["cold"])
        try await targets.requireOne()
        try await [String: any ArchiveStore]().requireOne()
        await #expect(throws: SettingsError.self) { try await ["cold": bad as any ArchiveStore].requireOne() }
    }

    @Test("A certificate of a private authority is believed only if its file is named")
    func authority() async throws {
        let certificate = try await TestCertificate.make()
        try await FaultServer.with(certificate: certificate) { server in
            let credentials = Credentials(accessKeyID: "id", secretAccessKey: "secret")
            var bucket = RelayBucket(name: "archive", endpoint: server.url, credentials: credentials)
            let cloud = try await Self.cloud()
            await #expect(throws: HTTPTransportError.self) {
                try await RelayClients(bucket, cloud: cloud).store.look("relay/none")
            }
            bucket.caFile = certificate.certificate
            let found = try await RelayClients(bucket, cloud: cloud).store.look("relay/none")
            #expect(found == nil)
        }
    }
}

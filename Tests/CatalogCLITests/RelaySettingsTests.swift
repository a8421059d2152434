import AWS
import Foundation
import Jobs
import Relay
import TestSupport
import Testing

@testable import CatalogCLI

@Suite struct RelaySettingsTests {
    private static func make(_ environment: [String: String]) throws -> RelayOptions {
        try Settings(environment: environment, directory: "/work").relay
    }

    @Test("A target is a folder, or a bucket with endpoint, region, secret and authorities")
    func targets() throws {
        let folder = try Self.make(["CATALOG_RELAY_TARGET": "file:/srv/archives"]).targets[""] as? RelayFolder
        #expect(folder?.root.path == "/srv/archives")
        let file = try TemporaryFolder()
        let ca = try file.write("", to: "ca.pem")
        let url = "s3://archive?endpoint=https://minio.example:9000&region=eu-1&secret=relay/minio&ca=\(ca)"
        #expect(
            try Self.make(["CATALOG_RELAY_TARGET": url]).targets[""] as? RelayBucket
                == RelayBucket(
                    name: "archive", endpoint: "https://minio.example:9000", region: "eu-1", secret: "relay/minio",
                    caFile: ca))
        #expect(try Self.make([:]).targets.isEmpty)
        let kept =
            "s3://archive?storageClass=STANDARD_IA&encryption=aws:kms&kmsKey=k1&tag=team:data&tag=a%20b:c:d&bandwidth=5000000"
        let bucket = try #require(try Self.make(["CATALOG_RELAY_TARGET": kept]).targets[""] as? RelayBucket)
        #expect(bucket.fastest == 5_000_000)
        #expect(
            bucket.keeping
                == S3Keeping(
                    storageClass: "STANDARD_IA", encryption: "aws:kms", kmsKey: "k1",
                    tags: ["team": "data", "a b": "c:d"]))
    }

    @Test(
        "Without TLS an archive goes to this machine only, unless somebody allows more",
        arguments: [
            "http://127.0.0.1:9000", "http://localhost:9000", "http://minio:9000&insecure=yes",
        ])
    func openRoads(endpoint: String) throws {
        let target = try Self.make(["CATALOG_RELAY_TARGET": "s3://archive?endpoint=\(endpoint)"]).targets[""]
        #expect(target is RelayBucket)
    }

    @Test("How long an archive may be on its way depends on its size and on how slow the target is")
    func slowest() throws {
        let options = try Self.make([
            "CATALOG_RELAY_TARGET": "s3://archive", "CATALOG_RELAY_ARCHIVE_BYTES": "5000000",
            "CATALOG_RELAY_SLOWEST_BYTES": "5000",
        ])
        #expect((options.targets[""] as? RelayBucket)?.slowest == 5000)
        #expect(options.longestUpload == .seconds(1060))
    }

    @Test("Values are read as documented")
    func values() throws {
        let options = try Self.make([
            "CATALOG_RELAY_WINDOW_SECONDS": "10", "CATALOG_RELAY_ARCHIVE_BYTES": "5000000",
            "CATALOG_RELAY_RETENTION_DAYS": "4", "CATALOG_RELAY_AGE_SECONDS": "300", "CATALOG_RELAY_READ_BACK": "on",
            "CATALOG_RELAY_COMPRESSION": "small",
        ])
        #expect(options.settings.window == .seconds(10) && options.settings.archiveBytes == 5_000_000)
        #expect(options.settings.ageBound == .seconds(300))
        #expect(options.settings.readsBack)
        #expect(options.settings.compression == .small)
        #expect(try Self.make([:]).settings.compression == .default)
        #expect(throws: SettingsError.self) { try Self.make(["CATALOG_RELAY_COMPRESSION": "lzma"]) }
    }

    @Test("Targets with a name are read as that without one, with keys and a queue of their own")
    func named() throws {
        let environment = [
            "CATALOG_RELAY_TARGET_COLD": "file:/srv/cold",
            "CATALOG_RELAY_TARGET_B_2": "s3://b?endpoint=https://b.example",
            "CATALOG_RELAY_ACCESS_KEY_ID": "default", "CATALOG_RELAY_SECRET_ACCESS_KEY": "default",
            "CATALOG_RELAY_ACCESS_KEY_ID_B_2": "id", "CATALOG_RELAY_SECRET_ACCESS_KEY_B_2": "hunter2",
            "CATALOG_RELAY_ARCHIVE_BYTES": "5000000", "CATALOG_CONCURRENCY": "relay=3,relay_cold=1",
            "CATALOG_STALL_SECONDS": "relay_cold=77",
        ]
        let settings = try Settings(environment: environment, directory: "/work")
        let targets = settings.relay.targets
        #expect(targets.keys.sorted() == ["b-2", "cold"])
        #expect((targets["cold"] as? RelayFolder)?.root.path == "/srv/cold")
        let bucket = try #require(targets["b-2"] as? RelayBucket)
        #expect(bucket.credentials == Credentials(accessKeyID: "id", secretAccessKey: "hunter2"))
        var worker = settings.service.worker
        #expect(worker.concurrency["relay_cold"] == 1 && worker.concurrency["relay_b-2"] == 3)
        #expect(worker.shorterLeases["relay_b-2"] == .seconds(15))
        #expect(Set(settings.service.queues).isSuperset(of: ["relay", "relay_cold", "relay_b-2", "onboard"]))
        settings.relay.adapt(&worker)
        #expect(worker.concurrency["relay"] == nil, "no target without a name, no work for it")
        #expect(worker.timeLimits.byQueue["relay_cold"] == .seconds(77))
        #expect(worker.timeLimits.byQueue["relay_b-2"] == max(worker.timeLimits.standard, .seconds(560)))
        // The keys of one target are not those of another.
        let lonely = try Self.make([
            "CATALOG_RELAY_TARGET_COLD": "s3://cold", "CATALOG_RELAY_ACCESS_KEY_ID": "id",
            "CATALOG_RELAY_SECRET_ACCESS_KEY": "secret",
        ])
        #expect((lonely.targets["cold"] as? RelayBucket)?.credentials == nil)
        #expect(UnknownVariables.warnings(environment).isEmpty)
    }

    @Test(
        "What is wrong with a named target is told with its own variable, and no secret",
        arguments: [
            (["CATALOG_RELAY_TARGET_COLD": "archive"], "CATALOG_RELAY_TARGET_COLD"),
            (["CATALOG_RELAY_TARGET_COLD": "s3://a?endpoint=http://minio"], "CATALOG_RELAY_TARGET_COLD"),
            (["CATALOG_RELAY_TARGET_COLD": "s3://id:hunter2@archive"], "CATALOG_RELAY_TARGET_COLD"),
            (["CATALOG_RELAY_TARGET_COLD": "s3://archive?password=hunter2"], "CATALOG_RELAY_TARGET_COLD"),
            (
                ["CATALOG_RELAY_TARGET_COLD": "s3://a?endpoint=https://id:hunter2@b.example"],
                "CATALOG_RELAY_TARGET_COLD"
            ),
            (["CATALOG_RELAY_TARGET_COLD": "s3://id:hunter2@archive/prefix"], "CATALOG_RELAY_TARGET_COLD"),
            (["CATALOG_RELAY_TARGET_COLD": ""], "CATALOG_RELAY_TARGET_COLD"),
            (["CATALOG_RELAY_TARGET_": "s3://a"], "CATALOG_RELAY_TARGET_"),
            (["CATALOG_RELAY_TARGET_cold": "s3://a"], "CATALOG_RELAY_TARGET_cold"),
            (["CATALOG_RELAY_TARGET_A-B": "s3://a"], "CATALOG_RELAY_TARGET_A-B"),
            (["CATALOG_RELAY_TARGET_2": "s3://a"], "CATALOG_RELAY_TARGET_2"),
            (["CATALOG_RELAY_TARGET_\(String(repeating: "A", count: 33))": "s3://a"], "CATALOG_RELAY_TARGET_"),
            (
                ["CATALOG_RELAY_ACCESS_KEY_ID_COLD": "id", "CATALOG_RELAY_SECRET_ACCESS_KEY_COLD": "hunter2"],
                "CATALOG_RELAY_ACCESS_KEY_ID_COLD"
            ),
            (
                ["CATALOG_RELAY_TARGET_COLD": "s3://a", "CATALOG_RELAY_SECRET_ACCESS_KEY_COLD": "hunter2"],
                "CATALOG_RELAY_SECRET_ACCESS_KEY_COLD"
            ),
            (["CATALOG_CONCURRENCY": "relay_cold=1"], "CATALOG_CONCURRENCY"),
        ])
    func namedRefusals(environment: [String: String], variable: String) {
        let error = #expect(throws: SettingsError.self) { try Self.make(environment) }
        #expect(error?.description.hasPrefix(variable) == true, "\(error as Any)")
        #expect(error?.description.contains("hunter2") != true, "\(error as Any)")
    }

    @Test(
        "A wrong target stops the start with a line that names variable and remedy",
        arguments: [
            "archive", "s3://", "s3://archive/prefix", "s3://archive?endpoint=minio", "s3://archive?password=x",
            "s3://archive?ca=/no/such/file", "https://minio/archive", "s3://archive?endpoint=http://minio:9000",
            "s3://archive?endpoint=http://127.0.0.1.example:9000",
            "s3://archive?endpoint=http://minio:9000&insecure=no", "s3://archive?storageClass=DEEP_ARCHIVE",
            "s3://archive?encryption=none", "s3://archive?kmsKey=k1", "s3://archive?tag=team",
            "s3://archive?bandwidth=9999",
            "s3://archive?region=",
        ])
    func refusals(target: String) {
        let error = #expect(throws: SettingsError.self) { try Self.make(["CATALOG_RELAY_TARGET": target]) }
        #expect(error?.description.hasPrefix("CATALOG_RELAY_TARGET is '") == true)
    }

    @Test("A secret is read in the spellings of AWS, MinIO and RDS; nothing of it gets into an error")
    func secrets() throws {
        for text in [
            #"{"access_key_id": "id", "secret_access_key": "hunter2"}"#,
            #"{"accessKey": "id", "secretKey": "hunter2"}"#,
            #"{"AccessKeyId": "id", "SecretAccessKey": "hunter2"}"#, #"{"username": "id", "password": "hunter2"}"#,
        ] {
            #expect(
                try RelaySecret.credentials(in: text, "s", of: "CATALOG_RELAY_TARGET")
                    == Credentials(accessKeyID: "id", secretAccessKey: "hunter2")
            )
        }
        for text in ["hunter2", #"{"secretKey": "hunter2"}"#] {
            let error = #expect(throws: SettingsError.self) {
                try RelaySecret.credentials(in: text, "s", of: "CATALOG_RELAY_TARGET")
            }
            #expect(error?.description.contains("hunter2") == false)
        }
        let wrong = #expect(throws: SettingsError.self) {
            try Self.make(["CATALOG_RELAY_SECRET_ACCESS_KEY": "hunter2"])
        }
        #expect(wrong?.description.contains("hunter2") == false)
    }
}

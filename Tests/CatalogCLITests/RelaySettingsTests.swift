import AWS
import Foundation
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
        let folder = try Self.make(["CATALOG_RELAY_TARGET": "file:/srv/archives"]).target as? RelayFolder
        #expect(folder?.root.path == "/srv/archives")
        let file = try TemporaryFolder()
        let ca = try file.write("", to: "ca.pem")
        let url = "s3://archive?endpoint=https://minio.example:9000&region=eu-1&secret=relay/minio&ca=\(ca)"
        #expect(
            try Self.make(["CATALOG_RELAY_TARGET": url]).target as? RelayBucket
                == RelayBucket(
                    name: "archive", endpoint: "https://minio.example:9000", region: "eu-1", secret: "relay/minio",
                    caFile: ca))
        #expect(try Self.make([:]).target == nil)
        let kept =
            "s3://archive?storageClass=STANDARD_IA&encryption=aws:kms&kmsKey=k1&tag=team:data&tag=a%20b:c:d&bandwidth=5000000"
        let bucket = try #require(try Self.make(["CATALOG_RELAY_TARGET": kept]).target as? RelayBucket)
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
        let target = try Self.make(["CATALOG_RELAY_TARGET": "s3://archive?endpoint=\(endpoint)"]).target
        #expect(target is RelayBucket)
    }

    @Test("How long an archive may be on its way depends on its size and on how slow the target is")
    func slowest() throws {
        let options = try Self.make([
            "CATALOG_RELAY_TARGET": "s3://archive", "CATALOG_RELAY_ARCHIVE_BYTES": "5000000",
            "CATALOG_RELAY_SLOWEST_BYTES": "5000",
        ])
        #expect((options.target as? RelayBucket)?.slowest == 5000)
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
        #expect(throws: SettingsError.self) { try Self.make(["CATALOG_RELAY_COMPRESSION": "zstd"]) }
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
                try RelaySecret.credentials(in: text, "s") == Credentials(accessKeyID: "id", secretAccessKey: "hunter2")
            )
        }
        for text in ["hunter2", #"{"secretKey": "hunter2"}"#] {
            let error = #expect(throws: SettingsError.self) { try RelaySecret.credentials(in: text, "s") }
            #expect(error?.description.contains("hunter2") == false)
        }
        let wrong = #expect(throws: SettingsError.self) {
            try Self.make(["CATALOG_RELAY_SECRET_ACCESS_KEY": "hunter2"])
        }
        #expect(wrong?.description.contains("hunter2") == false)
    }
}

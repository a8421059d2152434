import Curl
import Foundation
import TestSupport
import Testing

@testable import AWS
import Threads

/// Against real stores.
@Suite(.timeLimit(.minutes(5))) struct S3ClientTests {
    /// Names that encoders, signers and paths get wrong.
    private static let oddKeys = [
        "plain.csv", "a b/c+d&e=f?g#h%20i.csv", "ümläut/漢字/🙂.csv", "a//b", "dots/../up/./here", "tail/", "'(x)*!~@$:;,",
        "%41",
        "<&>\"'",
    ]

    @Test("what is put is got, with all its properties", arguments: S3Store.allCases)
    func roundTrip(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "uploads/VEND001/a.csv")
        let stored = try await client.put(
            object, Array("sku,price\n".utf8), options: .init(contentType: "text/csv", metadata: ["Vendor": "VEND001"]))
        let (info, bytes) = try await client.get(object)
        #expect(bytes == Array("sku,price\n".utf8))
        let head = try await client.head(object)
        for found in [info, head] {
            #expect(found.size == 10)
            #expect(found.etag == stored.etag)
            #expect(found.contentType?.hasPrefix("text/csv") == true)
            #expect(found.metadata == ["vendor": "VEND001"])
            #expect(abs(found.lastModified?.timeIntervalSinceNow ?? .infinity) < 3600)
        }
    }

    @Test("odd keys are stored, listed and deleted as they are", arguments: S3Store.allCases)
    func oddKeys(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        // moto takes these apart: its web framework merges slashes and resolves dots.
        let keys = Self.oddKeys.filter { store == .swift || !($0.contains("//") || $0.contains("..")) }
        for key in keys { try await client.put(S3Object(bucket: bucket, key: key), Array(key.utf8)) }
        let listed = try await client.page(of: bucket)
        #expect(Set(listed.objects.map(\.key)) == Set(keys))
        for key in keys {
            let object = S3Object(bucket: bucket, key: key)
            let (_, bytes) = try await client.get(object)
            #expect(bytes == Array(key.utf8), "\(key)")
            try await client.delete(object)
        }
        let rest = try await client.page(of: bucket)
        #expect(rest.objects.isEmpty)
        #expect(rest.continuation == nil)
    }

    @Test("ranges are parts of the object", arguments: S3Store.allCases)
    func ranges(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "k")
        try await client.put(object, Array("0123456789".utf8))
        for (range, expected) in [(0..<1, "0"), (3..<7, "3456"), (8..<100, "89")] {
            let (info, bytes) = try await client.get(object, range: range)
            #expect(String(decoding: bytes, as: UTF8.self) == expected)
            #expect(info.size == 10)
        }
        let error = await #expect(throws: AWSError.self) { try await client.get(object, range: 10..<20) }
        #expect(error?.status == 416)
    }

    @Test("what is missing is not found", arguments: S3Store.allCases)
    func missing(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "nothing")
        let got = await #expect(throws: AWSError.self) { try await client.get(object) }
        #expect(got?.isNotFound == true)
        #expect(got?.code == "NoSuchKey")
        #expect(got?.description.hasPrefix("S3 GetObject 's3://\(bucket)/nothing' failed: NoSuchKey (404)") == true)
        let head = await #expect(throws: AWSError.self) { try await client.head(object) }
        #expect(head?.isNotFound == true)
        let streamed = await #expect(throws: AWSError.self) { try await client.download(object) { _ in } }
        #expect(streamed?.isNotFound == true)
        try await client.delete(object)
        let elsewhere = S3Object(bucket: "no-such-bucket-\(bucket.suffix(12))", key: "k")
        let bucketError = await #expect(throws: AWSError.self) { try await client.get(elsewhere) }
        #expect(bucketError?.code == "NoSuchBucket")
        #expect(bucketError?.isNotFound == true)
    }

    @Test("a list of several pages is complete and in order", arguments: S3Store.allCases)
    func list(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let keys = (0..<25).map { "in/\(String($0 + 100))" }
        for key in keys + ["out/x"] { try await client.put(S3Object(bucket: bucket, key: key), [1, 2, 3]) }
        var found: [S3ObjectInfo] = []
        var pages = 0
        for try await page in client.pages(of: bucket, prefix: "in/", limit: 10) {
            found += page
            pages += 1
        }
        #expect(found.map(\.key) == keys)
        #expect(pages == 3)
        #expect(found.allSatisfy { $0.size == 3 && !$0.etag.isEmpty && $0.lastModified != nil })
        let rest = try await client.page(of: bucket, prefix: "in/", startAfter: "in/122")
        #expect(rest.objects.map(\.key) == ["in/123", "in/124"])
    }

    @Test("a copy has the bytes and the metadata", arguments: S3Store.allCases)
    func copy(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let source = S3Object(bucket: bucket, key: "a b/ü+.csv")
        try await client.put(source, [1, 2, 3], options: .init(metadata: ["x": "y"]))
        let target = S3Object(bucket: bucket, key: "copy")
        let stored = try await client.copy(source, to: target)
        let (info, bytes) = try await client.get(target)
        #expect(bytes == [1, 2, 3])
        #expect(info.metadata == ["x": "y"])
        #expect(info.etag == stored.etag)
    }

    @Test("of an empty bucket name, key or odd header nothing is sent")
    func refusals() async throws {
        let client = S3Client(ServiceClient.make(ScriptedTransport()))
        for object in [S3Object(bucket: "bucket", key: ""), S3Object(bucket: "b/../c", key: "k")] {
            await #expect(throws: AWSConfigurationError.self) { try await client.delete(object) }
        }
        await #expect(throws: AWSConfigurationError.self) {
            try await client.put(S3Object(bucket: "bucket", key: "k"), [], options: .init(metadata: ["a": "x\r\ny: z"]))
        }
    }

    @Test("files of no, some and many bytes are streamed up and down", arguments: S3Store.allCases, [0, 1, 3_000_000])
    func files(store: S3Store, size: Int) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "file")
        let folder = try TemporaryFolder()
        let bytes = sampleBytes(size)
        try await client.put(object, contentsOf: folder.write(bytes, to: "file"))
        let received = Locked<[UInt8]>([])
        let info = try await client.download(object) { piece in received.withLock { $0 += piece } }
        #expect(info.size == size)
        #expect(received.withLock { $0 } == bytes)
    }

    @Test("an object that was replaced is not streamed for the one that was meant", arguments: S3Store.allCases)
    func replaced(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "k")
        let first = try await client.put(object, [1])
        try await client.download(object, etag: first.etag) { _ in }
        try await client.put(object, [2])
        let error = await #expect(throws: AWSError.self) {
            try await client.download(object, etag: first.etag) { _ in Issue.record("bytes of another object") }
        }
        #expect(error?.isPreconditionFailed == true)
    }

    @Test("a missing file is named")
    func missingFile() async throws {
        let client = S3Client(ServiceClient.make(ScriptedTransport()))
        let error = await #expect(throws: FileReadError.self) {
            try await client.put(S3Object(bucket: "bucket", key: "k"), contentsOf: "/nowhere/file")
        }
        #expect(error?.description == "cannot read '/nowhere/file': No such file or directory")
    }

    @Test("large files are stored in parts, from where the object begins", arguments: S3Store.allCases)
    func parts(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket(partSize: 5 << 20)
        let object = S3Object(bucket: bucket, key: "large")
        let bytes = sampleBytes((5 << 20) * 2 + 1234)
        let folder = try TemporaryFolder()
        let stored = try await client.put(
            object, contentsOf: folder.write(sampleBytes(99) + bytes, to: "file"), from: 99,
            options: .init(metadata: ["x": "y"]))
        #expect(stored.etag.hasSuffix("-3"))
        let received = Locked<[UInt8]>([])
        let info = try await client.download(object) { piece in received.withLock { $0 += piece } }
        #expect(received.withLock { $0 } == bytes)
        #expect(info.etag == stored.etag)
        #expect(info.metadata == ["x": "y"])
    }

    @Test("a key is written once if asked so", arguments: S3Store.allCases)
    func onlyIfAbsent(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "once")
        try await client.put(object, [1], options: .init(onlyIfAbsent: true))
        let second = await #expect(throws: AWSError.self) {
            try await client.put(object, [2], options: .init(onlyIfAbsent: true))
        }
        #expect(second?.isPreconditionFailed == true)
        let (_, bytes) = try await client.get(object)
        #expect(bytes == [1])
    }

    @Test("links let others read and write, and nothing else", arguments: S3Store.allCases)
    func links(store: S3Store) async throws {
        let (client, bucket) = try await store.bucket()
        let object = S3Object(bucket: bucket, key: "a b/ü+&.csv")
        let http = HTTPClient()
        let writing = try await client.presignPut(object, expires: 60, contentType: "text/csv")
        let put = try await http.send(
            HTTPRequest("PUT", writing.url, headers: [("Content-Type", "text/csv")], body: .bytes([1, 2])))
        #expect(put.status == 200)
        let reading = try await client.presignGet(object, expires: S3Client.longestLink)
        let got = try await http.send(HTTPRequest("GET", reading.url))
        #expect(got.body == [1, 2])
        #expect(!reading.mayEndEarlier)
        guard store == .swift else { return }
        let wrong = try await http.send(
            HTTPRequest("GET", reading.url.replacing("Expires=604800", with: "Expires=604799")))
        #expect(wrong.status == 403)
        let method = try await http.send(HTTPRequest("DELETE", reading.url))
        #expect(method.status == 403)
        let head = try await http.send(HTTPRequest("HEAD", reading.url))
        #expect(head.status == 403)
        let looking = try await client.presignGet(object, expires: 60, isForHead: true)
        let looked = try await http.send(HTTPRequest("HEAD", looking.url))
        #expect(looked.status == 200)
    }

    @Test("a store that checks signatures refuses a wrong secret and a damaged body")
    func judge() async throws {
        let (client, bucket) = try await S3Store.swift.bucket()
        let stranger = S3Client(try await S3Store.swift.configuration(secret: "wrong"))
        let object = S3Object(bucket: bucket, key: "k")
        let error = await #expect(throws: AWSError.self) { try await stranger.put(object, [1]) }
        #expect(error?.code == "SignatureDoesNotMatch")
        let request = try client.addressing.request(
            "PUT", object, headers: [S3Client.checksum(.init(repeating: 1, count: 32))])
        let damaged = await #expect(throws: AWSError.self) {
            try await client.send(request, "PutObject", object, body: .bytes([1]), payloadHash: SigV4.payloadHash([1]))
        }
        #expect(damaged?.status == 400)
    }

    @Test("a clock that is an hour off is corrected by the store's answer")
    func clock() async throws {
        let (client, bucket) = try await S3Store.swift.bucket()
        let http = HTTPClient()
        let surroundings = Surroundings(
            send: { try await http.send($0) }, now: { Date().addingTimeInterval(-3600) }, sleep: { _ in })
        let late = S3Client(
            try await S3Store.swift.configuration().client(of: .s3, rules: .s3, surroundings: surroundings))
        let object = S3Object(bucket: bucket, key: "k")
        try await late.put(object, [1])
        let (_, bytes) = try await client.get(object)
        #expect(bytes == [1])
    }

    @Test("versions are told apart")
    func versions() async throws {
        let (client, bucket) = try await S3Store.moto.bucket()
        let body = Array("<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>".utf8)
        _ = try await client.send(
            try client.addressing.request("PUT", bucket: bucket, query: [("versioning", "")]), "PutBucketVersioning",
            bucket,
            body: .bytes(body), payloadHash: SigV4.payloadHash(body))
        var object = S3Object(bucket: bucket, key: "k")
        let first = try await client.put(object, [1])
        let second = try await client.put(object, [2])
        #expect(first.version != nil && first.version != second.version)
        object.version = first.version
        let (info, bytes) = try await client.get(object)
        #expect(bytes == [1])
        #expect(info.version == first.version)
        try await client.delete(object)
        let error = await #expect(throws: AWSError.self) { try await client.get(object) }
        #expect(error?.isNotFound == true)
    }
}

extension ServiceClient {
    /// Of S3, on a service that a test plays.
    static func make(_ transport: ScriptedTransport, endpoint: AWSEndpoint? = nil) -> ServiceClient {
        ServiceClient(
            .s3, region: "eu-west-1", endpoint: endpoint ?? AWSEndpoint(of: .s3, region: "eu-west-1"),
            credentials: CredentialProvider(.make()), rules: .s3, surroundings: transport.surroundings())
    }
}

@Suite(.timeLimit(.minutes(5))) struct S3LifecycleTests {
    @Test("A rule is added to those of a bucket, replaces the one of its id, and leaves the others")
    func lifecycle() async throws {
        let (client, bucket) = try await S3Store.moto.bucket()
        func rule(_ id: String, _ days: Int) -> S3LifecycleRule {
            S3LifecycleRule(id: id, prefix: "\(id) & co/", days: days, storageClass: "DEEP_ARCHIVE")
        }
        #expect(try await client.lifecycleRules(of: bucket).isEmpty)
        try await client.setLifecycle(rule("landing", 7), of: bucket)
        try await client.setLifecycle(rule("other", 30), of: bucket)
        try await client.setLifecycle(rule("landing", 14), of: bucket)
        let rules = try await client.lifecycleRules(of: bucket)
        #expect(rules.map(\.id) == ["other", "landing"])
        #expect(rules[0].xml.contains("<Days>30</Days>") && rules[1].xml.contains("<Days>14</Days>"))
        #expect(rules[1].xml.contains("<StorageClass>DEEP_ARCHIVE</StorageClass>"))
        #expect(rules[1].xml.contains("<Prefix>landing &amp; co/</Prefix>"))
    }
}

import Curl
import Foundation
import TestSupport
import Testing

@testable import AWS
import Threads

/// What the client does when a store or the way to it fails.
@Suite(.timeLimit(.minutes(5))) struct S3RecoveryTests {
    private let object = S3Object(bucket: "bucket", key: "k")

    private static let head = HTTPResponse.make(headers: ["Content-Length": "10", "ETag": "\"e1\""])

    private func client(_ transport: ScriptedTransport, partSize: Int = 10) -> S3Client {
        S3Client(ServiceClient.make(transport), partSize: partSize)
    }

    /// Streams the object.
    /// - Returns: what the caller saw.
    private func download(_ transport: ScriptedTransport) async throws -> String {
        let seen = Locked<[UInt8]>([])
        try await client(transport).download(object) { piece in seen.withLock { $0 += piece } }
        return String(decoding: seen.withLock { $0 }, as: UTF8.self)
    }

    private func piece(_ text: String, at offset: Int, status: Int = 206) -> HTTPResponse {
        .make(
            text, status: status,
            headers: ["Content-Range": "bytes \(offset)-\(offset + text.utf8.count - 1)/10", "ETag": "\"e1\""])
    }

    @Test("after a lost connection the rest of the same object is fetched, and no byte is seen twice")
    func resumes() async throws {
        let transport = ScriptedTransport(
            Self.head, .make("0123456789", headers: ["cut-at": "4"]), .make(status: 503), piece("456789", at: 4))
        let seen = try await download(transport)
        #expect(seen == "0123456789")
        let last = try #require(transport.requests.last)
        #expect(last.header("Range") == "bytes=4-9")
        #expect(last.header("If-Match") == "\"e1\"")
    }

    @Test("an answer shorter than the object is completed")
    func shortAnswer() async throws {
        let seen = try await download(ScriptedTransport(Self.head, .make("01234"), piece("56789", at: 5)))
        #expect(seen == "0123456789")
    }

    @Test("a connection lost before the first byte is tried again whole")
    func retriesWhole() async throws {
        let transport = ScriptedTransport([
            .success(Self.head), .failure(HTTPTransportError(.cutOff, "x")), .success(.make(status: 500)),
            .success(.make("0123456789")),
        ])
        let seen = try await download(transport)
        #expect(seen == "0123456789")
    }

    @Test("an object replaced meanwhile fails the download")
    func replaced() async throws {
        let transport = ScriptedTransport(
            Self.head, .make("0123456789", headers: ["cut-at": "4"]),
            .make("<Error><Code>PreconditionFailed</Code></Error>", status: 412))
        let error = await #expect(throws: AWSError.self) { try await download(transport) }
        #expect(error?.isPreconditionFailed == true)
    }

    @Test("a store that sends the whole instead of the rest fails the download")
    func noRanges() async throws {
        let transport = ScriptedTransport(
            Self.head, .make("0123456789", headers: ["cut-at": "4"]), .make("0123456789"))
        let error = await #expect(throws: AWSError.self) { try await download(transport) }
        #expect(error?.code == "InvalidResponse")
    }

    @Test("more bytes than announced are not handed over")
    func tooLong() async throws {
        let transport = ScriptedTransport(Self.head, .make("0123456789ABCDEF"))
        let seen = Locked(0)
        await #expect(throws: AWSError.self) {
            try await client(transport).download(object) { piece in seen.withLock { $0 += piece.count } }
        }
        #expect(seen.withLock { $0 } <= 10)
    }

    @Test("the receiver's own error ends the download, whatever it is")
    func receiverFails() async throws {
        let transport = ScriptedTransport(Self.head, .make("0123456789"))
        await #expect(throws: HTTPTransportError(.cutOff, "mine")) {
            try await client(transport).download(object) { _ in throw HTTPTransportError(.cutOff, "mine") }
        }
        #expect(transport.requests.count == 2)
    }

    @Test("an error in an answer of status 200 is an error, and tried again")
    func lateError() async throws {
        let transport = ScriptedTransport(
            .make("<Error><Code>InternalError</Code><Message>m</Message></Error>"),
            .make("<CopyObjectResult><ETag>\"e2\"</ETag></CopyObjectResult>"))
        let stored = try await client(transport).copy(object, to: object)
        #expect(stored.etag == "e2")
        #expect(transport.requests.count == 2)
    }

    @Test("an object that is an error's document is an object")
    func errorAsContent() async throws {
        let text = "<Error><Code>InternalError</Code></Error>"
        let transport = ScriptedTransport(.make(text))
        let bytes = try await client(transport).get(object).bytes
        #expect(String(decoding: bytes, as: UTF8.self) == text)
        #expect(transport.requests.count == 1)
    }

    @Test("parts of a failed upload are not left behind")
    func aborts() async throws {
        let transport = ScriptedTransport(
            .make("<R><UploadId>u&amp;1</UploadId></R>"),
            .make("<Error><Code>AccessDenied</Code></Error>", status: 403), .make(status: 204))
        let folder = try TemporaryFolder()
        let path = try folder.write(sampleBytes(12), to: "file")
        let client = S3Client(ServiceClient.make(transport), partSize: 11)
        let error = await #expect(throws: AWSError.self) { try await client.put(object, contentsOf: path) }
        #expect(error?.code == "AccessDenied" || error?.code == "InvalidResponse")
        let last = try #require(transport.requests.last)
        #expect(last.method == "DELETE")
        #expect(last.url.hasSuffix("/k?uploadId=u%261"))
    }

    @Test("AWS has the bucket in the host, other stores and names with dots in the path")
    func addressing() throws {
        let aws = S3Addressing(endpoint: AWSEndpoint(of: .s3, region: "eu-west-1"))
        #expect(try aws.request("GET", object).url == "https://bucket.s3.eu-west-1.amazonaws.com/k")
        let dotted = S3Object(bucket: "my.bucket", key: "a b", version: "v/1")
        #expect(
            try aws.request("GET", dotted).url == "https://s3.eu-west-1.amazonaws.com/my.bucket/a%20b?versionId=v%2F1")
        let other = S3Addressing(endpoint: try AWSEndpoint(url: "http://minio:9000/base"))
        #expect(try other.request("GET", object).url == "http://minio:9000/base/bucket/k")
        #expect(try other.request("GET", bucket: "bucket").url == "http://minio:9000/base/bucket")
    }

    @Test("a link ends with its credentials, and says if their end is not known")
    func links() async throws {
        let now = Date()
        for (expiration, token) in [(now.addingTimeInterval(3600), "t"), (nil, "t"), (nil, nil)] {
            let credentials = Credentials(
                accessKeyID: "A", secretAccessKey: "S", sessionToken: token, expiration: expiration)
            let service = ServiceClient(
                .s3, region: "eu-west-1", endpoint: AWSEndpoint(of: .s3, region: "eu-west-1"),
                credentials: CredentialProvider(credentials), rules: .s3,
                surroundings: ScriptedTransport().surroundings(now: { now }))
            let link = try await S3Client(service).presignGet(object, expires: 604_800)
            #expect(link.expiresAt == expiration ?? now.addingTimeInterval(604_800))
            #expect(link.mayEndEarlier == (token != nil && expiration == nil))
        }
    }

    @Test("a link lives a second to seven days", arguments: [0, -1, 604_801])
    func linkLife(seconds: Int) async {
        await #expect(throws: AWSConfigurationError.self) {
            try await client(ScriptedTransport()).presignGet(object, expires: seconds)
        }
    }
}

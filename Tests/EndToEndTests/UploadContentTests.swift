import Curl
import Foundation
import OpenSSL
import Postgres
import TestSupport
import Testing

/// Bytes of announced files and lists: from several callers at once, other than announced, and while the store is away.
@Suite(.timeLimit(.minutes(5))) struct UploadContentTests {
    private static func at(_ url: String, _ api: APIEnvironment) -> String { String(url.dropFirst(api.url.count)) }

    /// Puts each text at once.
    private static func put(
        _ texts: [String], to path: String, as caller: String? = nil, _ api: APIEnvironment
    ) async throws -> [Int] {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for text in texts {
                group.addTask { try await api.call("PUT", path, as: caller, csv: text).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("Sixteen PUTs of the same bytes at once make one upload, which succeeds; the same again is answered the same")
    func sameBytes() async throws {
        try await APIEnvironment.with { api in
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "s.csv"}"#)
            let (uploadID, url) = (try #require(place["uploadId"]), try #require(place["uploadUrl"]))
            let (path, file) = (Self.at(url, api), APIEnvironment.file("S"))
            let statuses = try await Self.put(Array(repeating: file, count: 16), to: path, api)
            #expect(statuses == Array(repeating: 202, count: 16))
            try await api.end(of: uploadID)
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["status"] == "partial")
            #expect(try await Self.put([file, file + " "], to: path, api).sorted() == [202, 409])
            #expect(try await api.service.value("select count(*) from intake.object_events") == "1")
        }
    }

    @Test("A name that begins with an accent, or is as long as a file's name may be, is a name like any other")
    func names() async throws {
        try await APIEnvironment.with { api in
            for name in ["\u{301}a.csv", String(repeating: "ü", count: 125) + ".csv"] {
                let place = try await api.call("POST", "/uploads", json: #"{"fileName": "\#(name)"}"#)
                let (uploadID, url) = (try #require(place["uploadId"]), try #require(place["uploadUrl"]))
                let path = Self.at(url, api)
                for _ in 0..<2 { #expect(try await Self.put([APIEnvironment.file("N")], to: path, api) == [202]) }
                try await api.end(of: uploadID)
                #expect(try await api.call("GET", "/uploads/\(uploadID)")["fileName"] == name)
            }
        }
    }

    @Test("Of different files put at once, one is taken whole and the others are refused")
    func otherBytes() async throws {
        try await APIEnvironment.with { api in
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "s.csv"}"#)
            let (uploadID, url) = (try #require(place["uploadId"]), try #require(place["uploadUrl"]))
            let files = (0..<8).map { APIEnvironment.file("S\($0)") }
            let statuses = try await Self.put(files, to: Self.at(url, api), api)
            #expect(statuses.sorted() == [202] + Array(repeating: 409, count: 7))
            try await api.end(of: uploadID)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "partial")
            #expect(files.map { SHA256.hash(Array($0.utf8)).hex }.contains(upload["fileSha256"] ?? ""))
        }
    }

    @Test("An announced list is taken once, too")
    func lists() async throws {
        try await APIEnvironment.with { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let order = #"{"upload": true, "providers": "mock", "fields": "contact"}"#
            let place = try await api.call("POST", "/enrichment", as: "operator", json: order)
            let path = Self.at(try #require(place["uploadUrl"]), api)
            let list = "email\n" + (0..<150).map { "p\($0)@example.com\n" }.joined()
            let statuses = try await Self.put(Array(repeating: list, count: 8), to: path, as: "operator", api)
            #expect(statuses == Array(repeating: 202, count: 8))
            try await api.service.wait(for: "completed", "select status from enrichment.requests")
            #expect(
                try await Self.put([list, list + "x@y.z\n"], to: path, as: "operator", api).sorted() == [202, 409])
        }
    }

    @Test("What a store took by its link is compared with what was announced, when it is read")
    func announcedDigest() async throws {
        try await APIEnvironment.with(roles: "api,worker,poller") { api in
            let digest = String(repeating: "0", count: 64)
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "s.csv", "sha256": "\#(digest)"}"#)
            let uploadID = try #require(place["uploadId"])
            // As a store that compares nothing would have it.
            let file = try api.service.catalog.folder.write(APIEnvironment.file("S"), to: "staged.csv")
            let folder = api.service.catalog.folder.file("objects") + "/buckets/uploads/api-uploads/V001/\(uploadID)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try FileManager.default.moveItem(atPath: file, toPath: "\(folder)/s.csv")
            try await api.service.waitForAll(1)
            let upload = try await api.call("GET", "/uploads/\(uploadID)")
            #expect(upload["status"] == "failed" && upload["failureType"] == "UNREADABLE_FILE")
            let actual = SHA256.hash(Array(APIEnvironment.file("S").utf8)).hex
            #expect(upload["failureMessage"]?.contains(digest) == true, "\(upload.text)")
            #expect(upload["failureMessage"]?.contains(actual) == true)
            #expect(try await api.service.value("select count(*) from catalog.products") == "0")
        }
    }

    @Test("While the store is away an upload is answered with 503, and nothing of it is left behind")
    func storeAway() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            // A file stands where the store's folder should be.
            let objects = api.service.catalog.folder.file("objects")
            try? FileManager.default.removeItem(atPath: objects)  // there may be none yet
            try api.service.catalog.folder.write("", to: "objects")
            let refused = try await api.call("POST", "/uploads?fileName=s.csv", csv: APIEnvironment.file("S"))
            #expect(refused.status == 503 && refused.headers["Retry-After"] != nil, "\(refused.text)")
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
            #expect(try await api.service.value("select count(*) from intake.received_objects") == "0")
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "s.csv"}"#)
            let path = Self.at(try #require(place["uploadUrl"]), api)
            #expect(try await Self.put([APIEnvironment.file("S")], to: path, api) == [503])
            try FileManager.default.removeItem(atPath: objects)
            #expect(try await Self.put([APIEnvironment.file("S")], to: path, api) == [202])
        }
    }

    @Test("What is to go to a store that cannot be reached is not announced: nobody waits for it in vain")
    func storeOutOfReach() async throws {
        let away = [
            "CATALOG_STORE": "s3://away", "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:\(try FreePorts.take(1)[0])",
            "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1",
        ]
        let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
        try await ServiceEnvironment.with(away.merging(["CATALOG_HTTP_ADDRESS": address]) { $1 }) { service in
            let token = try await service.catalog.succeed("token", "add", "--role", "operator")
            let fields = [
                (name: "Authorization", value: "Bearer \(token.trimmingCharacters(in: .whitespacesAndNewlines))"),
                (name: "Content-Type", value: "application/json"),
            ]
            let http = HTTPClient()
            try await service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            try await service.running("serve", "--roles", "api") {
                // Not /readyz, which is about the store, too.
                try await eventually(within: .seconds(60)) {
                    // Refused until it listens.
                    (try? await http.send(HTTPRequest("GET", "http://\(address)/healthz")).status) == 200
                }
                for (path, body) in [
                    ("uploads?vendor=V001", #"{"fileName": "s.csv"}"#),
                    ("enrichment", #"{"upload": true, "providers": "mock"}"#),
                ] {
                    let answer = try await http.send(
                        HTTPRequest(
                            "POST", "http://\(address)/\(path)", headers: fields, body: .bytes(Array(body.utf8))))
                    #expect(answer.status == 503 && answer.headers["Retry-After"] != nil)
                }
            }
            let rows = try await service.value(
                "select (select count(*) from catalog.upload_history) + (select count(*) from enrichment.requests)")
            #expect(rows == "0")
        }
    }
}

import Foundation
import OpenSSL
import Postgres
import TestSupport
import Testing

/// Files and lists that go straight to a store of S3, and reports and results that come straight from it.
@Suite(.timeLimit(.minutes(5))) struct APIStoreTests {
    @Test(
        "The store takes an announced file by a presigned URL, and gives the reports by one; a wrong file is refused there"
    )
    func presigned() async throws {
        let endpoint = try await S3Server.url()
        let bucket = "api-\(UUID().uuidString.lowercased().prefix(8))"
        let settings = try await Self.settings(bucket)
        try await APIEnvironment.with(roles: "api,worker,poller", settings) { api in
            let file = APIEnvironment.file("S")
            let path = try api.service.catalog.folder.write(file, to: "s.csv")
            let digest = SHA256.hash(Array(file.utf8)).hex
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "s.csv", "sha256": "\#(digest)"}"#)
            let (uploadID, url) = (try #require(place["uploadId"]), try #require(place["uploadUrl"]))
            #expect(url.hasPrefix(endpoint))
            let checksum = try #require(place["uploadHeaders", "x-amz-checksum-sha256"])
            let wrong = try api.service.catalog.folder.write(file + "x", to: "wrong.csv")
            let header = "x-amz-checksum-sha256: \(checksum)"
            let status = ["-s", "-o", "/dev/null", "-w", "%{http_code}"]
            #expect(try await Self.curl(status + ["-T", wrong, "-H", header, url]).hasPrefix("4"))
            #expect(try await Self.curl(status + ["-T", path, url]) == "403")
            #expect(try await Self.curl(status + ["-T", path, "-H", header, url]) == "200")
            try await api.service.waitForAll(1)
            #expect(try await api.call("GET", "/uploads/\(uploadID)")["status"] == "partial")
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "1")

            let authorization = "Authorization: Bearer \(api.tokens["V001"] ?? "")"
            for (name, text) in [("errors", "S-2,S-sku-2,S bad,INVALID_PRICE"), ("rejected", "_row,_line,_errors")] {
                let answer = try await api.call(
                    "GET", "/uploads/\(uploadID)/\(name)", headers: [("Accept", "text/csv")])
                #expect(answer.status == 302)
                let contents = try await Self.curl(
                    ["-sfL", "-H", authorization, "-H", "Accept: text/csv", "\(api.url)/uploads/\(uploadID)/\(name)"])
                #expect(contents.contains(text))
            }
        }
    }

    @Test(
        "An announced list is put straight into the store, and the result fetched from it, both without a header",
        arguments: ["event", "poller"])
    func announcedList(_ announcement: String) async throws {
        let bucket = "api-\(UUID().uuidString.lowercased().prefix(8))"
        let settings = try await Self.settings(bucket).merging(["CATALOG_EVENTS_TOKEN": "t0ken"]) { $1 }
        let roles = announcement == "event" ? "api,worker" : "api,worker,poller"
        try await APIEnvironment.with(roles: roles, settings) { api in
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            let order = #"{"upload": true, "providers": "mock", "fields": "contact", "format": "ndjson", "gzip": true}"#
            let place = try await api.call("POST", "/enrichment", as: "operator", json: order)
            let (requestID, url) = (try #require(place["requestId"]), try #require(place["uploadUrl"]))
            let store = try await S3Server.url()
            #expect(place.status == 201 && url.hasPrefix(store) && place["expiresAt"] != nil)
            let list = "email\n" + (0..<250).map { "p\($0)@example.com\n" }.joined()
            let file = try api.service.catalog.folder.write(list, to: "list.csv")
            let refused = try await Self.curl(
                ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-T", file, url.replacing(requestID, with: "other")])
            #expect(refused == "403")
            let etag = try await Self.curl(["-sf", "-o", "/dev/null", "-w", "%header{etag}", "-T", file, url])
            if announcement == "event" {
                let key = "api-enrichments/\(requestID).list"
                try await Self.announce(key, in: bucket, size: list.utf8.count, etag: etag, to: api)
            }
            try await api.service.wait(for: "completed", "select status from enrichment.requests")

            let answer = try await api.call("GET", "/enrichment/\(requestID)", as: "auditor")
            let download = try #require(answer["downloadUrl"])
            #expect(download.hasPrefix(store))
            let result = api.service.catalog.folder.file("result.ndjson.gz")
            _ = try await Self.curl(["-sf", "-o", result, download])
            let lines = try await Subprocess.run("/usr/bin/env", ["gzip", "-dc", result]).output.split(separator: "\n")
            let emails = try lines.map { line in
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                return object?["email"] as? String
            }
            #expect(emails == (0..<250).map { "p\($0)@example.com" })
        }
    }

    private static func announce(
        _ key: String, in bucket: String, size: Int, etag: String, to api: APIEnvironment
    ) async throws {
        let event = """
            {"Records": [{"eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
                "eventTime": "2026-11-21T17:16:53.000Z", "s3": {"bucket": {"name": "\(bucket)"},
                "object": {"key": "\(key)", "size": \(size), "eTag": "\(etag.replacing("\"", with: ""))"}}}]}
            """
        let answer = try await api.call("POST", "/events/s3", as: "t0ken", json: event)
        #expect(answer.status == 200, "\(answer.text)")
    }

    /// Of a service on a new bucket of the store that checks signatures.
    private static func settings(_ bucket: String) async throws -> [String: String] {
        let endpoint = try await S3Server.url()
        let client = [Project.file("Tests/Clients/s3.py"), endpoint, S3Server.accessKey, S3Server.secretKey]
        let made = try await Subprocess.run(try PythonTools.program("python"), client + ["make", bucket])
        #expect(made.status == 0, "\(made.error)")
        return [
            "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": S3Server.accessKey,
            "AWS_SECRET_ACCESS_KEY": S3Server.secretKey, "AWS_REGION": S3Server.region,
            "CATALOG_STORE": "s3://\(bucket)",
        ]
    }

    private static func curl(_ arguments: [String]) async throws -> String {
        try await Subprocess.run("/usr/bin/curl", arguments).output
    }
}

import Foundation
import OpenSSL
import TestSupport
import Testing

/// Uploads that go straight to a store of S3, and files that come straight from it.
@Suite(.timeLimit(.minutes(5))) struct APIStoreTests {
    @Test(
        "The store takes an announced file by a presigned URL, and gives the reports by one; a wrong file is refused there"
    )
    func presigned() async throws {
        let endpoint = try await S3Server.url()
        let bucket = "api-\(UUID().uuidString.lowercased().prefix(8))"
        let credentials = [
            "AWS_ENDPOINT_URL_S3": endpoint, "AWS_ACCESS_KEY_ID": S3Server.accessKey,
            "AWS_SECRET_ACCESS_KEY": S3Server.secretKey, "AWS_REGION": S3Server.region,
        ]
        let client = [Project.file("Tests/Clients/s3.py"), endpoint, S3Server.accessKey, S3Server.secretKey]
        let made = try await Subprocess.run(try PythonTools.program("python"), client + ["make", bucket])
        #expect(made.status == 0, "\(made.error)")
        let settings = credentials.merging(["CATALOG_STORE": "s3://\(bucket)"]) { $1 }
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
            for (name, text) in [("errors", "S-2,S-sku-2,S bad,INVALID_PRICE"), ("rejected", "_row,_errors")] {
                let answer = try await api.call(
                    "GET", "/uploads/\(uploadID)/\(name)", headers: [("Accept", "text/csv")])
                #expect(answer.status == 302)
                let contents = try await Self.curl(
                    ["-sfL", "-H", authorization, "-H", "Accept: text/csv", "\(api.url)/uploads/\(uploadID)/\(name)"])
                #expect(contents.contains(text))
            }
        }
    }

    private static func curl(_ arguments: [String]) async throws -> String {
        try await Subprocess.run("/usr/bin/curl", arguments).output
    }
}

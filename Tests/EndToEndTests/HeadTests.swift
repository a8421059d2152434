import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// HEAD wherever GET is: RFC 9110, sections 9.1 and 9.3.2.
@Suite(.timeLimit(.minutes(5))) struct HeadTests {
    private struct Question: Encodable {
        var url: String
        var requests: [Asked]
    }

    private struct Asked: Encodable {
        var path: String
        var headers: [String: String]
    }

    private struct Head: Decodable {
        let status: Int
        let headers: [String: String]
        /// What came behind the headers.
        let rest: String

        /// Whether the headers were all, and the connection good for another request or closed as announced.
        var isAll: Bool {
            headers["connection"] == "close" ? rest.isEmpty : rest.hasPrefix("HTTP/1.1 200 OK\r\n")
        }
    }

    private static func heads(_ portal: PortalEnvironment, _ requests: [Asked]) async throws -> [Head] {
        try await PythonTools.answer(
            of: "Tests/Clients/heads.py", to: Question(url: portal.api.url, requests: requests))
    }

    private static func with(_ body: (PortalEnvironment) async throws -> Void) async throws {
        try await IdentityProvider.with { provider in
            let settings = [
                "CATALOG_OIDC_ISSUER": provider.url, "CATALOG_OIDC_AUDIENCE": "catalog",
                "CATALOG_OIDC_CLIENT_ID": "portal",
            ]
            try await PortalEnvironment.with(isPublic: true, settings, body)
        }
    }

    /// Every route of API and portal that GET has, from the service itself: each has its metrics from the beginning.
    private static func routes(_ portal: PortalEnvironment) async throws -> [String] {
        let metrics = try await portal.api.call("GET", "/metrics", as: nil).text
        #expect(!metrics.contains("\"HEAD "))
        return Set(metrics.matches(of: /_total\{route="GET ([^"]*)"/).map { String($0.1) }).sorted()
    }

    private static func isPage(_ route: String) -> Bool {
        ["", "portal", "ops", "audit", "sign-in", "assets"].contains(route.split(separator: "/").first ?? "")
    }

    /// What differs from one answer to the next.
    private static let changing: Set = ["date", "x-request-id", "set-cookie", "transfer-encoding", "connection"]
    /// Whose content tells the time.
    private static let clocks: Set = ["/metrics", "/ops", "/jobs/summary", "/changes", "/sign-in/oidc"]
    /// Whose content is made when it is fetched.
    private static let unmade: Set = ["/products.csv", "/products.ndjson"]

    private static func compare(_ get: APIEnvironment.Answer, _ head: Head, _ route: String, _ who: String) {
        #expect(head.status == get.status, "\(route) as \(who): \(head.status), GET \(get.status)")
        #expect(head.isAll, "\(route) as \(who): \(head.rest.prefix(200))")
        var expected = Dictionary(get.headers.map { ($0.name.lowercased(), $0.value) }) { $1 }
        if get.status == 200, unmade.contains(route) { expected["content-length"] = nil }
        for (name, value) in expected where !changing.contains(name) {
            let told = head.headers[name]
            // Forms have keys that are made anew.
            let mayDiffer = clocks.contains(route) || name == "content-length" && isPage(route)
            let isSame = told == value || told != nil && mayDiffer
            #expect(isSame, "\(route) as \(who): \(name) \(value)")
        }
        #expect((head.headers["content-length"] == nil) == (expected["content-length"] == nil), "\(route) as \(who)")
    }

    @Test("Every route that GET has answers HEAD with the same status and headers, to each role, and with nothing else")
    func routes() async throws {
        try await Self.with { portal in
            let uploadID = try await portal.api.upload("mark")
            let places = [
                "uploadId": uploadID, "vendor": "V001", "vendorId": "V001", "vendorProductId": "mark-1",
                "productId": "mark-1", "product": "mark-1", "jobId": "1",
            ]
            let routes = try await Self.routes(portal)
            #expect(routes.count > 60 && routes.contains("/portal/sign-in/oidc/callback"), "\(routes.count)")
            for who in ["V001", "operator", nil] {
                let cookie: String? = if let who { try await portal.signIn(as: who) } else { nil }
                let requests = routes.map { route in
                    let path = route.replacing(/\{([^}]*)\}/) { places[String($0.1)] ?? "x" }
                    guard let who, let cookie else { return Asked(path: path, headers: [:]) }
                    let token = portal.api.tokens[who] ?? ""
                    return Asked(
                        path: path,
                        headers: Self.isPage(route) ? ["Cookie": cookie] : ["Authorization": "Bearer \(token)"])
                }
                let heads = try await Self.heads(portal, requests)
                for (index, request) in requests.enumerated() {
                    let get = try await portal.send(
                        "GET", request.path, cookie: nil, headers: request.headers.map { ($0.key, $0.value) })
                    Self.compare(get, heads[index], routes[index], who ?? "nobody")
                }
            }
            // Three callers by two methods.
            let metrics = try await portal.api.call("GET", "/metrics", as: nil).text
            for line in [#"{route="GET /categories",status="200"} 4"#, #"{route="GET /categories",status="401"} 2"#] {
                #expect(metrics.contains("catalog_http_requests_total\(line)"), "\(line)")
            }
        }
    }

    @Test("HEAD of a report in a bucket, and of a mailed link to it, leads to a link that takes HEAD")
    func redirect() async throws {
        let bucket = "reports-\(UUID().uuidString.lowercased().prefix(8))"
        let (endpoint, address) = (try await S3Server.url(), "127.0.0.1:\(try FreePorts.take(1)[0])")
        let settings = [
            "CATALOG_STORE": "s3://\(bucket)", "AWS_ENDPOINT_URL_S3": endpoint, "AWS_REGION": S3Server.region,
            "AWS_ACCESS_KEY_ID": S3Server.accessKey, "AWS_SECRET_ACCESS_KEY": S3Server.secretKey,
            "CATALOG_HTTP_ADDRESS": address,
        ]
        try await ServiceEnvironment.with(vendors: ["V001", "V002"], settings) { service in
            let store = BucketTests.Bucket(service: service, endpoint: endpoint, address: address, inbox: bucket)
            _ = try await store.client("make", bucket)
            let api = try await APIEnvironment(service, at: address)
            try await service.running("serve", "--roles", "api,worker") {
                try await api.waitUntilReady()
                let uploadID = try await api.upload("mark")
                // As a mail's link is kept where the credentials of the store end soon.
                _ = try await service.value(
                    """
                    insert into catalog.report_links (token_sha256, upload_id, object_key)
                    select encode(sha256('mailed'), 'hex'), upload_id, error_file_s3_key from catalog.upload_history returning upload_id
                    """)
                for (method, path) in ["GET", "HEAD"].flatMap({ method in
                    ["/uploads/\(uploadID)/errors", "/reports/mailed"].map { (method, $0) }
                }) {
                    let answer = try await api.call(method, path, headers: [("Accept", "text/csv")])
                    #expect(answer.status == 302, "\(method) \(path)")
                    let link = try #require(answer.headers["Location"])
                    let report = try await HTTPClient().send(HTTPRequest(method, link))
                    #expect(report.status == 200, "\(method) \(path)")
                }
            }
        }
    }

    @Test("HEAD of an endless stream, of a report made for who asks, and of no route at all answers and makes nothing")
    func streams() async throws {
        try await Self.with { portal in
            let uploadID = try await portal.api.upload("mark")
            let announced = try await portal.api.call("POST", "/uploads", json: #"{"fileName": "later.csv"}"#)
            let open = try #require(announced["uploadId"])
            let cookie = try #require(try await portal.signIn(as: "V001"))
            let token = ["Authorization": "Bearer \(portal.api.tokens["V001"] ?? "")"]
            let workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            let heads = try await Self.heads(
                portal,
                [
                    Asked(path: "/uploads/\(open)/events", headers: token),
                    Asked(path: "/portal/uploads/\(open)/events", headers: ["Cookie": cookie]),
                    Asked(path: "/portal/events?uploads=\(open)", headers: ["Cookie": cookie]),
                    Asked(path: "/uploads/\(uploadID)/errors", headers: token.merging(["Accept": workbook]) { $1 }),
                    Asked(path: "/nowhere", headers: token), Asked(path: "/events/s3", headers: token),
                ])
            #expect(heads.map(\.status) == [200, 200, 200, 200, 404, 405])
            for head in heads { #expect(head.isAll, "\(head.status): \(head.rest)") }
            let types = heads.prefix(4).map { $0.headers["content-type"] }
            #expect(types == ["text/event-stream", "text/event-stream", "text/event-stream", workbook])
            let lengths = heads.prefix(4).compactMap { $0.headers["content-length"] }
            #expect(lengths == [])
            #expect(heads[5].headers["allow"] == "POST")
            let reports = portal.api.service.catalog.folder.file("objects/errors/V001")
            let names = try FileManager.default.contentsOfDirectory(atPath: reports)
            let workbooks = names.filter { $0.hasSuffix(".xlsx") }
            #expect(!names.isEmpty && workbooks.isEmpty, "\(names)")
            let put = try await portal.api.call("PUT", "/categories")
            #expect(put.headers["allow"] == "GET, HEAD", "\(put.text)")
        }
    }
}

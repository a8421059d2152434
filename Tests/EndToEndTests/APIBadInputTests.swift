import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// What callers get wrong, on purpose or not: a clear answer, and nothing changes.
@Suite(.timeLimit(.minutes(5))) struct APIBadInputTests {
    private static let fileNames = [
        "../../etc/passwd", "..%2f..%2fetc", "a/b.csv", "a%2Fb.csv", "%2e%2e", ".hidden", "a%5Cb.csv", "a%00.csv",
        "a%0d%0aX-Evil:1.csv",
        "", String(repeating: "x", count: 201), String(repeating: "%C3%BC", count: 128), ".%CC%81a.csv", "%ff%fe",
        "%20", "%C2%A0", "vsc%E2%80%AE.csv", "a%EF%BB%BF.csv",
        "a%E2%80%A8.csv",
    ]

    @Test("File names that are paths, or would be headers, are refused") func fileNames() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            for name in Self.fileNames {
                let answer = try await api.call("POST", "/uploads?fileName=\(name)", csv: APIEnvironment.file("A"))
                #expect(answer.status == 400, "\(name): \(answer.text)")
            }
            for name in ["../x", "a/b", "a\\\\b", "a\\u0000b", "a\\r\\nb", "\\ufeffa"] {
                let answer = try await api.call("POST", "/uploads", json: #"{"fileName": "\#(name)"}"#)
                #expect(answer.status == 400, "\(name): \(answer.text)")
            }
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
        }
    }

    @Test("Odd but honest names survive the way there and back") func honestNames() async throws {
        try await APIEnvironment.with { api in
            for name in ["Größe 1+1 & mehr.csv", "100%.csv", "🎧.csv", "👩‍💻.csv", "a;b=c.csv"] {
                let encoded = try #require(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
                let answer = try await api.call(
                    "POST", "/uploads?fileName=\(encoded)&mode=upsert", csv: APIEnvironment.file("H"))
                let uploadID = try #require(answer["uploadId"], "\(answer.text)")
                try await api.end(of: uploadID)
                #expect(try await api.call("GET", "/uploads/\(uploadID)")["fileName"] == name)
                #expect(try await api.call("GET", "/uploads/\(uploadID)")["status"] == "partial")
            }
        }
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var method = "GET"
        var path: String
        var json: String?
        var headers: [String: String] = [:]
        var status: Int
        var problem: String
        var testDescription: String { "\(method) \(path) → \(status)" }
    }

    private static let cases = [
        Case(path: "/nowhere", status: 404, problem: "not-found"),
        Case(path: "/uploads/UPLOAD_1", status: 404, problem: "not-found"),
        Case(path: "/uploads/%00", status: 404, problem: "not-found"),
        Case(path: "/uploads/..%2f..%2fproducts", status: 404, problem: "not-found"),
        Case(path: "/products/V001/%2Fetc%2Fpasswd", status: 404, problem: "not-found"),
        Case(path: "/uploads?cursor=nonsense", status: 400, problem: "invalid-parameter"),
        Case(path: "/uploads?cursor=WyJhIl0", status: 400, problem: "invalid-parameter"),
        Case(path: "/uploads?cursor=WyJ4IiwieSJd", status: 400, problem: "invalid-parameter"),
        Case(path: "/uploads?limit=0", status: 400, problem: "invalid-parameter"),
        Case(path: "/uploads?from=yesterday", status: 400, problem: "invalid-parameter"),
        Case(path: "/uploads?color=blue", status: 400, problem: "unknown-parameter"),
        Case(path: "/products?q=%C3", status: 400, problem: "invalid-parameter"),
        Case(method: "DELETE", path: "/uploads", status: 405, problem: "method-not-allowed"),
        Case(method: "POST", path: "/uploads", json: "{", status: 400, problem: "invalid-body"),
        Case(method: "POST", path: "/uploads", json: #"{"fileName": 3}"#, status: 400, problem: "invalid-body"),
        Case(
            method: "POST", path: "/uploads", json: #"{"fileName": "x.csv", "mode": "merge"}"#, status: 400,
            problem: "invalid-body"),
        Case(
            method: "POST", path: "/uploads", json: #"{"fileName": "x.csv", "colour": "blue"}"#, status: 400,
            problem: "invalid-body"),
        Case(
            method: "POST", path: "/uploads", json: #"{"fileName": "x.csv", "colour": null}"#, status: 400,
            problem: "invalid-body"),
        Case(
            method: "POST", path: "/uploads", json: "x", headers: ["Content-Type": "image/png"], status: 415,
            problem: "unsupported-media-type"),
        Case(
            method: "POST", path: "/uploads", json: #"{"fileName": "x.csv"}"#, headers: ["Idempotency-Key": "a b"],
            status: 400,
            problem: "bad-request"),
        Case(
            method: "POST", path: "/uploads", json: "x", headers: ["Content-Type": "multipart/form-data"], status: 400,
            problem: "bad-request"),
    ]

    @Test("Each wrong request has its answer") func wrongRequests() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            for wrong in Self.cases {
                let json = wrong.headers["Content-Type"] == nil ? wrong.json : nil
                let csv = wrong.headers["Content-Type"] == nil ? nil : wrong.json
                let answer = try await api.call(
                    wrong.method, wrong.path, json: json, csv: csv, headers: wrong.headers.map { ($0.key, $0.value) })
                #expect(answer.status == wrong.status, "\(wrong): \(answer.text)")
                #expect(answer.problem == wrong.problem, "\(wrong): \(answer.text)")
                #expect(answer.headers["Content-Type"] == "application/problem+json")
            }
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
        }
    }

    @Test("A form cannot fill the memory with fields") func manyFields() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let field = "--b\r\nContent-Disposition: form-data; name=\"mode\"\r\n\r\nupsert\r\n"
            let answer = try await api.call(
                "POST", "/uploads", csv: String(repeating: field, count: 101) + "--b--\r\n",
                headers: [("Content-Type", "multipart/form-data; boundary=b")])
            #expect(answer.status == 400 && answer.text.contains("too many fields"), "\(answer.text)")
        }
    }

    @Test("Values that only the database can judge are refused in the caller's words") func vendorValues() async throws
    {
        try await APIEnvironment.with(roles: "api") { api in
            let bodies = [
                #"{"vendorId": "V001", "vendorName": "x", "email": "a@b"}"#: 409,
                #"{"vendorId": "a/b", "vendorName": "x", "email": "a@b"}"#: 400,
                #"{"vendorId": "V3", "vendorName": "x", "email": "nobody"}"#: 400,
                #"{"vendorId": "V3", "vendorName": "", "email": "a@b"}"#: 400,
                #"{"vendorId": "V3", "vendorName": "x", "email": "a@b"}"#: 201,
            ]
            for (body, status) in bodies {
                let answer = try await api.call("POST", "/vendors", as: "operator", json: body)
                #expect(answer.status == status, "\(answer.text)")
            }
        }
    }

    @Test("Bodies that are too large, too slow, or end in the middle leave nothing behind") func badBodies()
        async throws
    {
        let settings = ["CATALOG_MAX_FILE_BYTES": "2000", "CATALOG_HTTP_IDLE_SECONDS": "1"]
        try await APIEnvironment.with(roles: "api", settings) { api in
            let large = ServiceEnvironment.file(good: 200, bad: 0, prefix: "L")
            #expect(try await api.call("POST", "/uploads?fileName=l.csv", csv: large).problem == "too-large")
            let json = "{\"fileName\": \"\(String(repeating: "x", count: 70_000))\"}"
            #expect(try await api.call("POST", "/uploads", json: json).problem == "too-large")
            for how in ["chunked", "slow", "cut", "slow-head", "large-head", "nonsense"] {
                let outcome = try await Subprocess.run(
                    try PythonTools.program("python"),
                    [Project.file("Tests/Clients/rude.py"), api.url, api.tokens["V001"] ?? "", how])
                #expect(outcome.status == 0, "\(how): \(outcome.error)")
            }
            #expect(try await api.call("GET", "/healthz", as: nil).status == 200)
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "0")
        }
    }

    @Test("A thousand clients that watch one upload hear of its end, and of those who left nothing is kept")
    func watchers() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let place = try await api.call("POST", "/uploads", json: #"{"fileName": "w.csv"}"#)
            let uploadID = try #require(place["uploadId"])
            let arguments = [
                Project.file("Tests/Clients/watch.py"), api.url, api.tokens["V001"] ?? "", uploadID, "1000",
            ]
            let outcome = try await Subprocess.run(try PythonTools.program("python"), arguments)
            #expect(outcome.status == 0, "\(outcome.error)")
            #expect(outcome.output == "1000 watch, 500 left, 500 heard failed\n")
        }
    }
}

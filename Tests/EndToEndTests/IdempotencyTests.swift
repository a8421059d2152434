import Curl
import Foundation
import Postgres
import TestSupport
import Testing

/// A POST with an `Idempotency-Key`: the same request once, another one never, and nobody takes what another has.
@Suite(.timeLimit(.minutes(5))) struct IdempotencyTests {
    @Test("Another file of the same length under the same key is refused; the same file repeats the answer")
    func otherFile() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let (key, file) = ([("Idempotency-Key", UUID().uuidString)], APIEnvironment.file("A"))
            let other = file.replacing("1.50", with: "2.50")
            let first = try await api.call("POST", "/uploads?fileName=i.csv", csv: file, headers: key)
            #expect(first.status == 202)
            let refused = try await api.call("POST", "/uploads?fileName=i.csv", csv: other, headers: key)
            #expect(refused.status == 422 && refused.problem == "idempotency-key-reused")
            let again = try await api.call("POST", "/uploads?fileName=i.csv", csv: file, headers: key)
            #expect(again.headers["Idempotency-Replayed"] == "true" && again["uploadId"] == first["uploadId"])
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "1")
        }
    }

    @Test("The same form is the same request, whatever boundary the client makes up; another file in it is another one")
    func forms() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let post = { @Sendable (boundary: String, file: String) in
                let form =
                    "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n\(file)\r\n--\(boundary)--\r\n"
                return try await api.call(
                    "POST", "/uploads", csv: form,
                    headers: [
                        ("Idempotency-Key", "form"), ("Content-Type", "multipart/form-data; boundary=\(boundary)"),
                    ])
            }
            let first = try await post("one", APIEnvironment.file("A"))
            #expect(first.status == 202, "\(first.text)")
            let again = try await post("another-one", APIEnvironment.file("A"))
            #expect(again.headers["Idempotency-Replayed"] == "true" && again["uploadId"] == first["uploadId"])
            let refused = try await post("one", APIEnvironment.file("A").replacing("1.50", with: "2.50"))
            #expect(refused.status == 422 && refused.problem == "idempotency-key-reused")
            #expect(try await api.service.value("select count(*) from catalog.upload_history") == "1")
        }
    }

    @Test("A request that lost its key to another one changes nothing, and the other's answer stays")
    func takenOver() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let body = #"{"vendorId": "V009", "vendorName": "Nine", "email": "nine@example.com"}"#
            // The first request has its key, and waits for the rest of its body as if its process slept.
            let pipe = api.service.catalog.folder.file("body")
            mkfifo(pipe, 0o600)
            // Processes that other tests start must not inherit it: curl would never see its end.
            let descriptor = open(pipe, O_RDWR | O_CLOEXEC)
            try #require(descriptor >= 0)
            let writer = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            let first = try post(["-T", pipe], to: api)
            try writer.write(contentsOf: Data(body.utf8.prefix(20)))
            try await api.service.wait(for: "1", "select count(*) from catalog.idempotency_keys")
            try await api.service.pool.run {
                _ = try $0.execute(
                    "update catalog.idempotency_keys set seen_at = clock_timestamp() - interval '31 seconds'")
            }
            let second = try await post(["-d", body], to: api).wait().output
            #expect(second.contains("\"vendorId\":\"V009\""))
            try writer.write(contentsOf: Data(body.utf8.dropFirst(20)))
            try writer.close()
            let late = try await first.wait().output
            #expect(late.contains("another request has taken over"), "\(late)")
            let third = try await post(["-d", body], to: api).wait().output
            #expect(third == second)
            #expect(try await api.service.value("select max(attempt) from catalog.idempotency_keys") == "2")
        }
    }

    @Test("The answer is kept by the transaction that does the work, of uploads, lists, vendors and tokens")
    func oneTransaction() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let body = #"{"vendorId": "V009", "vendorName": "Nine", "email": "nine@example.com"}"#
            let requests: [(path: String, caller: String, json: String?, csv: String?, table: String)] = [
                ("/uploads?fileName=i.csv", "V001", nil, APIEnvironment.file("A"), "catalog.upload_history"),
                ("/uploads", "V001", #"{"fileName": "j.csv"}"#, nil, "catalog.upload_history"),
                ("/vendors", "operator", body, nil, "catalog.vendors"),
                ("/vendors/V001/tokens", "operator", "{}", nil, "catalog.api_tokens"),
                ("/enrichment?providers=mock", "operator", nil, "email\na@example.com\n", "enrichment.requests"),
                ("/enrichment?providers=mock&upload=true", "operator", nil, "", "enrichment.requests"),
            ]
            try await api.service.catalog.succeed("provider", "add", "mock", "--kind", "mock")
            for (number, request) in requests.enumerated() {
                let key = [("Idempotency-Key", "k\(number)")]
                let answer = try await api.call(
                    "POST", request.path, as: request.caller, json: request.json, csv: request.csv, headers: key)
                #expect([201, 202].contains(answer.status), "\(request.path): \(answer.text)")
                // Whatever happened after that commit, whoever asks again is answered.
                let together = try await api.service.value(
                    """
                    select count(*) from catalog.idempotency_keys k
                    where k.idempotency_key = \("k\(number)")::text and k.status is not null
                      and exists (select from \(raw: request.table) t where t.xmin = k.xmin)
                    """)
                #expect(together == "1", "\(request.path)")
            }
        }
    }

    @Test("Of a request whose process was killed the key is free again within 30 seconds; the work is done once")
    func killed() async throws {
        try await ServiceEnvironment.with(vendors: ["V001", "V002"]) { service in
            try await service.block("insert on catalog.upload_history", when: "new.file_name = 'k.csv'")
            let gate = try await Gate(service.catalog.conninfo)
            let address = "127.0.0.1:\(try FreePorts.take(1)[0])"
            let api = try await APIEnvironment(service, at: address)
            let setting = ["CATALOG_HTTP_ADDRESS": address]
            let victim = try service.start("serve", "--roles", "api", setting: setting)
            try await api.waitUntilReady()
            let (key, file) = ([("Idempotency-Key", UUID().uuidString)], APIEnvironment.file("K"))
            let post = { @Sendable in
                try await api.call("POST", "/uploads?fileName=k.csv", csv: file, headers: key)
            }
            let first = Task { try await post() }
            try await gate.isReached(service)
            victim.signal(SIGKILL)
            _ = try await victim.wait()
            let begin = ContinuousClock.now
            _ = await first.result
            try await gate.open()
            try await service.running("serve", "--roles", "api", setting: setting) {
                try await api.waitUntilReady()
                var answer = try await post()
                while answer.status == 409 { answer = try await post() }
                #expect(answer.status == 202, "\(answer.text)")
                let took = ContinuousClock.now - begin
                #expect(took < .seconds(32), "\(took)")
                let again = try await post()
                #expect(again["uploadId"] == answer["uploadId"])
            }
            #expect(try await service.value("select count(*) from catalog.upload_history") == "1")
        }
    }

    /// A new vendor by curl, in chunks: a body without a length is not read before the key is claimed.
    private func post(_ data: [String], to api: APIEnvironment) throws -> Subprocess {
        let headers = [
            "Authorization: Bearer \(api.tokens["operator"] ?? "")", "Content-Type: application/json",
            "Idempotency-Key: vendor-1", "Transfer-Encoding: chunked",
        ]
        return try Subprocess.start(
            "/usr/bin/curl",
            ["-sN", "-X", "POST"] + data + headers.flatMap { ["-H", $0] } + ["\(api.url)/vendors"])
    }

    @Test("A key whose request failed is free at once")
    func failed() async throws {
        try await APIEnvironment.with(roles: "api") { api in
            let key = [("Idempotency-Key", "vendor-1")]
            let body = { (email: String) in #"{"vendorId": "V009", "vendorName": "Nine", "email": "\#(email)"}"# }
            let wrong = try await api.call("POST", "/vendors", as: "operator", json: body("nobody"), headers: key)
            #expect(wrong.status == 400)
            let right = try await api.call("POST", "/vendors", as: "operator", json: body("a@b"), headers: key)
            #expect(right.status == 201)
        }
    }
}

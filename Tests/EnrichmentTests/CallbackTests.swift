import Foundation
import Jobs
import Postgres
import TestSupport
import Testing
import Text

@testable import Enrichment
@testable import Tabular

/// Whoever wants to know is told of the end of a request.
@Suite(.timeLimit(.minutes(5))) struct CallbackTests {
    /// Makes a request whose end is told.
    private static func request(_ enrichment: Enrichment, _ url: String, _ count: Int = 3) async throws -> String {
        try #require(try enrichment.folder.write("k3y of ours\n", to: "callback-key").isEmpty == false)
        let spool = try ContactSpool.read(TextSource(Enrichment.contacts(count)), limits: .init())
        var new = NewEnrichment(source: .api, options: EnrichmentOptions(providers: ["mock"], groups: [.contact]))
        new.callbackURL = url
        _ = try await enrichment.pipeline.create(new, spool, reusing: false)
        return new.requestID
    }

    /// Works until a condition holds, without waiting between the tries of a message.
    private static func work(_ enrichment: Enrichment, until condition: Statement) async throws {
        try await enrichment.working {
            try await eventually(within: .seconds(60)) {
                _ = try await enrichment.value(
                    "update jobs.jobs set run_at = now() where kind = 'enrich.callback' and state = 'ready' returning job_id"
                )
                return try await enrichment.value(condition) == "t"
            }
        }
    }

    @Test("The end of a request is told until somebody takes the message: signed, with one id, once")
    func delivery() async throws {
        try await CallbackServer.with(key: "k3y of ours", "fail=2") { server in
            try await Enrichment.with { enrichment in
                let id = try await Self.request(enrichment, "\(server.url)/told?x=1")
                try await Self.work(
                    enrichment, until: "select bool_and(callback_sent_at is not null) from enrichment.requests")
                let messages = try await server.log()
                #expect(messages.count == 3 && Set(messages.map(\.id)).count == 1)
                #expect(messages.allSatisfy { $0.isGenuine && $0.path == "/told?x=1" })
                let body = try #require(JSONValue(Array(messages[2].body.utf8)))
                #expect(body["type"]?.text == "enrichment.completed" && body[path: "data.requestId"]?.text == id)
                #expect(body[path: "data.downloadUrl"]?.text == "https://catalog.example/enrichment/\(id)/file")
                let counts = ["matched", "noMatch", "notAsked", "failed"].map {
                    body[path: "data.\($0)Records"]?.text ?? ""
                }
                #expect(counts.compactMap { Int($0) }.reduce(0, +) == 3 && counts.count == 4, "\(counts)")
                for path in ["timestamp", "data.createdAt", "data.completedAt"] {
                    let form = /[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z/
                    #expect(body[path: path]?.text?.wholeMatch(of: form) != nil, "\(path)")
                }
                #expect(body[path: "data.totalRecords"]?.text == "3" && body[path: "data.calls"]?.text == "1")
                let request = try await enrichment.pool.run { try $0.enrichment(id) }
                #expect(request?.callbackSentAt != nil && request?.callbackError == nil)
                let left = try await enrichment.value("select count(*) from jobs.jobs where kind = 'enrich.callback'")
                #expect(left == "0")
            }
        }
    }

    @Test("Whoever is gone for good is asked once; where a message leads by a redirect nobody goes")
    func refusals() async throws {
        for (status, tries) in [("410", 1), ("307", CallbackJob.delays.count + 1)] {
            try await CallbackServer.with(key: "k3y of ours", "status=\(status)") { server in
                try await Enrichment.with { enrichment in
                    let id = try await Self.request(enrichment, server.url)
                    try await Self.work(
                        enrichment,
                        until: "select exists (select from jobs.jobs where kind = 'enrich.callback' and state = 'dead')"
                    )
                    let messages = try await server.log()
                    #expect(messages.count == tries && messages.allSatisfy { $0.path == "/" })
                    let request = try await enrichment.pool.run { try $0.enrichment(id) }
                    #expect(request?.callbackSentAt == nil)
                    #expect(request?.callbackError == "127.0.0.1 answered \(status)")
                }
            }
        }
    }

    @Test("Nobody is told at an address of this machine or its network, whatever name leads there")
    func privateAddresses() async throws {
        try await CallbackServer.with(key: "k3y of ours") { server in
            try await Enrichment.with { enrichment in
                let id = try await Self.request(enrichment, "https://localhost:\(server.port)/")
                try await Self.work(
                    enrichment, until: "select bool_and(callback_error is not null) from enrichment.requests")
                let request = try await enrichment.pool.run { try $0.enrichment(id) }
                #expect(request?.callbackError?.contains("is not an address of the internet") == true)
                #expect(try await server.log().isEmpty)
                let callbacks = enrichment.resources.callbacks
                try callbacks.check("https://crm.example/hook")
                try callbacks.check("http://127.0.0.1/hook")
                for url in ["http://crm.example/", "ftp://crm.example/", "crm.example", "https://u:p@crm.example/"] {
                    #expect(throws: EnrichmentFailure.self, "\(url)") { try callbacks.check(url) }
                }
            }
        }
    }

    @Test("Whatever ends a request is told, and one that goes on is told of when it ends again")
    func everyEnd() async throws {
        try await Enrichment.with { enrichment in
            func waiting() async throws -> String? {
                try await enrichment.value("select count(*) from jobs.jobs where kind = 'enrich.callback'")
            }
            let id = try await Self.request(enrichment, "http://127.0.0.1/")
            #expect(try await waiting() == "0")
            _ = try await enrichment.pool.transaction { try $0.cancelEnrichment(id, because: "enough") }
            #expect(try await waiting() == "1")
            _ = try await enrichment.pool.transaction { try $0.retryEnrichment(id) }
            #expect(try await waiting() == "0")
            try await enrichment.pool.transaction { session in
                try session.failEnrichment(id, EnrichmentFailure("no"))
                try session.failEnrichment(id, EnrichmentFailure("twice"))
            }
            #expect(try await waiting() == "1")
        }
    }

    @Test("A signature is that of the specification's example")
    func signature() {
        // Standard Webhooks, "Verifying signatures".
        let signature = CallbackSignature(key: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        let headers = signature.headers(
            of: Array(#"{"test": 2432232314}"#.utf8), id: "msg_p5jXN8AQM9LWM0D4loKWxJek", at: 1_614_265_330)
        #expect(headers.map(\.value).last == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }
}

import Foundation
import Postgres
import Storage
import TestSupport
import Testing
import Text

@testable import Enrichment

/// Both interfaces of ZoomInfo, against a server that behaves, and misbehaves, like it.
@Suite(.timeLimit(.minutes(5))) struct ZoomInfoTests {
    /// - Parameter secret: written to a file, whose name the row has.
    private static func with<Result>(
        _ kind: String, _ server: ZoomInfoServer, secret: String? = nil, limits: ProviderLimits = .init(),
        _ body: (Enrichment) async throws -> Result
    ) async throws -> Result {
        let folder = try TemporaryFolder()
        let known = kind == "zoominfo" ? ZoomInfoServer.passwordSecret : ZoomInfoServer.clientSecret
        let path = try folder.write(secret ?? known, to: "secret")
        let settings = server.settings(of: kind, #", "timeoutSeconds": 2"#)
        let row = ProviderRow(name: "zi", kind: kind, settings: settings, secretID: "file:\(path)", limits: limits)
        return try await Enrichment.with([row], body)
    }

    private static func emails(_ output: String) -> [Substring] {
        output.split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)[3]
        }
    }

    @Test(
        "A batch of a hundred is four calls, the token is fetched once, and answers reach their records",
        arguments: ["zoominfo", "zoominfo-gtm"])
    func enrich(_ kind: String) async throws {
        try await ZoomInfoServer.with("order=reversed") { server in
            try await Self.with(kind, server) { enrichment in
                let list = Enrichment.contacts(200) + "N,N,Company,nobody@example.com\n"
                let (request, output) = try await enrichment.run(list, providers: ["zi"], groups: [.contact, .company])
                #expect(request.status == .completed)
                let log = try await server.log()
                #expect(log["logins"] == 1)
                // 201 persons and as many companies, 25 in a call, the last batch with one each.
                #expect(log["calls"] == 18 && log["most answered"] == 1)
                let lines = output.split(separator: "\r\n")
                for number in 0..<200 {
                    #expect(lines[1 + number].contains("Head of p\(number)@example.com"))
                    #expect(lines[1 + number].contains(",0.9,") == false)
                }
                #expect(lines[201].contains("nobody@example.com,,,,"))
                let confidence = try await enrichment.value(
                    "select distinct confidence from enrichment.results where field_group = 'contact' and outcome = 'match'"
                )
                #expect(confidence == "0.9")
            }
        }
    }

    @Test("Login by an assertion signed with a private key")
    func assertion() async throws {
        let folder = try TemporaryFolder()
        let (key, publicKey) = (folder.file("key.pem"), folder.file("public.pem"))
        _ = try await Subprocess.run("/usr/bin/env", ["openssl", "genrsa", "-out", key, "2048"])
        _ = try await Subprocess.run("/usr/bin/env", ["openssl", "rsa", "-in", key, "-pubout", "-out", publicKey])
        let secret = JSONValue.object([
            "username": .string("ada"), "clientId": .string("c1"),
            "privateKey": .string(try String(contentsOfFile: key, encoding: .utf8)),
        ])
        try await ZoomInfoServer.with("public_key=\(publicKey)") { server in
            try await Self.with("zoominfo", server, secret: String(decoding: secret.bytes, as: UTF8.self)) {
                enrichment in
                let (request, _) = try await enrichment.run(Enrichment.contacts(3), providers: ["zi"])
                #expect(request.status == .completed)
                #expect(try await server.log()["logins"] == 1)
            }
        }
    }

    @Test("A token that ends is renewed on 401 and nothing is lost", arguments: ["zoominfo", "zoominfo-gtm"])
    func expiry(_ kind: String) async throws {
        // The claims promise an hour, the server keeps a dozen of the twenty calls.
        try await ZoomInfoServer.with("token_calls=12") { server in
            try await Self.with(kind, server) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(500), providers: ["zi"])
                #expect(request.status == .completed)
                #expect(Self.emails(output).count == 500)
                let log = try await server.log()
                #expect(log["logins"] ?? 0 > 1 && log["most answered"] == 1)
            }
        }
    }

    @Test("With the right limit nobody is refused; with none a refusal holds for everybody as long as Retry-After says")
    func limits() async throws {
        try await ZoomInfoServer.with("per_second=20") { server in
            // Far below the server's limit: on a busy machine calls come in bunches.
            try await Self.with("zoominfo", server, limits: ProviderLimits(perSecond: 5)) { enrichment in
                let (request, _) = try await enrichment.run(Enrichment.contacts(700), providers: ["zi"], workers: 2)
                #expect(request.status == .completed)
                let log = try await server.log()
                #expect(log["refused"] == nil && log["calls"] == 28)
            }
        }
        try await ZoomInfoServer.with("per_second=4", "retry_after=1") { server in
            try await Self.with("zoominfo", server) { enrichment in
                let (request, _) = try await enrichment.run(Enrichment.contacts(300), providers: ["zi"])
                #expect(request.status == .completed)
                let log = try await server.log()
                #expect(log["refused"] ?? 0 > 0 && log["most answered"] == 1)
                let dead = try await enrichment.value("select count(*) from jobs.jobs where kind like 'enrich.%'")
                #expect(dead == "0")
            }
        }
    }

    @Test(
        "Whatever comes instead of an answer, the file is complete in the end, and doubtful calls are noted",
        arguments: [
            ("html", true), ("malformed", true), ("error", false), ("fewer", false), ("cut", true), ("slow", false),
        ])
    func misdeeds(_ what: String, _ isDoubtful: Bool) async throws {
        try await ZoomInfoServer.with("every=3:\(what)") { server in
            try await Self.with("zoominfo", server) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(150), providers: ["zi"])
                #expect(request.status == .completed)
                let lines = output.split(separator: "\r\n")
                #expect(lines.count == 151)
                #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(",matched,zi,") })
                let unknown = try await enrichment.value(
                    "select count(*) > 0 from enrichment.calls where state = 'unknown'")
                #expect(unknown == (isDoubtful ? "t" : "f"))
            }
        }
    }

    @Test("A provider that never answers is given up after the time-out, and the circuit opens")
    func silence() async throws {
        try await ZoomInfoServer.with("every=1:silent") { server in
            try await Self.with("zoominfo", server) { enrichment in
                guard case .created = try await enrichment.request(Enrichment.contacts(1000), providers: ["zi"]) else {
                    Issue.record("it is new")
                    return
                }
                let reason = try await enrichment.working {
                    try await eventually(within: .seconds(120)) {
                        try await enrichment.value("select blocked_because from enrichment.buckets where failures >= 5")
                    }
                }
                #expect(reason.contains("the circuit is open: zi: POST \(server.url)/enrich/contact"))
                let unknown = try await enrichment.value(
                    "select count(*) >= 5 from enrichment.calls where state = 'unknown'")
                #expect(unknown == "t")
            }
        }
    }

    @Test(
        "A wrong password fails fast, says so, and its batches wait for a retry",
        arguments: ["zoominfo", "zoominfo-gtm"])
    func unauthorized(_ kind: String) async throws {
        try await ZoomInfoServer.with { server in
            let secret = #"{"username": "ada", "password": "t0psecret", "clientId": "c1", "clientSecret": "t0psecret"}"#
            try await Self.with(kind, server, secret: secret) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(150), providers: ["zi"])
                #expect(request.status == .partial)
                let lines = output.split(separator: "\r\n")
                #expect(lines.count == 151 && lines[1].contains(",failed,,") && lines[1].contains("zi answered 401"))
                #expect(!output.contains("t0psecret"))
                let attempts = try await enrichment.value("select max(attempt) from jobs.jobs where state = 'dead'")
                #expect(attempts == "1")
            }
        }
    }

    @Test(
        "A subscription that is used up fails the batch at once; a retry asks only for the rest and completes the file",
        arguments: ["zoominfo", "zoominfo-gtm"])
    func limitExceeded(_ kind: String) async throws {
        // One of two calls of the batch.
        try await ZoomInfoServer.with("exceeded=1") { server in
            try await Self.with(kind, server) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(50), providers: ["zi"])
                #expect(request.status == .partial)
                let reason = "zi has used up what its subscription allows: raise it, then run catalog jobs retry"
                // The first call answers one, the second all.
                let lines = output.split(separator: "\r\n").dropFirst()
                #expect(lines.count { $0.hasSuffix(",failed,,\"\(reason)\"") } == 24)
                #expect(lines.count { $0.hasSuffix(",matched,zi,") } == 26)
                try await enrichment.retry()
                #expect(try await enrichment.finish(request.requestID, as: .completed).failedBatches == 0)
                let completed = try String(
                    contentsOfFile: enrichment.output.path(of: request.outputKey), encoding: .utf8)
                #expect(Self.emails(completed).count == 50 && !completed.contains("failed"))
                let log = try await server.log()
                #expect(log["answered"] == 50 && log["most answered"] == 1)
                let credits = try await enrichment.value("select sum(credits) from enrichment.calls")
                #expect(credits == "50")
            }
        }
    }

    @Test(
        "Running out of credits is not a fault of the service: nothing is tried again, and nobody waits for it",
        arguments: [("zoominfo", "403: You have used up all"), ("zoominfo-gtm", "400: PFAPI0011 Credit Limit Reached")])
    func spent(_ kind: String, _ words: String) async throws {
        try await ZoomInfoServer.with("every=1:spent") { server in
            try await Self.with(kind, server) { enrichment in
                let (request, output) = try await enrichment.run(Enrichment.contacts(20), providers: ["zi"])
                #expect(request.status == .partial && output.contains("zi answered \(words)"))
                #expect(try await server.log()["enrich calls"] == 1)
                let bucket = try await enrichment.value(
                    "select failures || ' ' || (blocked_until > now()) from enrichment.buckets")
                #expect(bucket == "0 false")
                let call = try await enrichment.value("select state || ' ' || credits from enrichment.calls")
                #expect(call == "refused 0")
            }
        }
    }

    @Test(
        "A company known and a person missing: one is searched, and enriched with address and telephone",
        arguments: ["zoominfo", "zoominfo-gtm"])
    func newContact(_ kind: String) async throws {
        try await ZoomInfoServer.with { server in
            try await Self.with(kind, server) { enrichment in
                let (request, output) = try await enrichment.run(
                    "company,city\nVoss Inc,Emden\n", providers: ["zi"], groups: [.contact, .newContact])
                #expect(request.status == .completed)
                #expect(output.contains("Found,Voss,ada@voss.example,+1 555 010 0000"), "\(output)")
                #expect(try await server.log()["calls"] == 2)
            }
        }
    }
}

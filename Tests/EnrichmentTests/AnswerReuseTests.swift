import Postgres
import TestSupport
import Testing

@testable import Enrichment

/// What is known is used again as long as it answers the same question, and no longer.
@Suite(.timeLimit(.minutes(5))) struct AnswerReuseTests {
    /// Does a list and says what it cost.
    private static func usage(
        _ enrichment: Enrichment, _ list: String, _ group: FieldGroup = .contact, refresh: Bool = false
    ) async throws -> EnrichmentUsage {
        let (request, _) = try await enrichment.run(list, groups: [group], refresh: refresh)
        #expect(request.status == .completed)
        return try await enrichment.pool.run { try $0.enrichmentUsage(request.requestID) }
    }

    private static func set(_ settings: String, _ enrichment: Enrichment) async throws -> Enrichment {
        let changed = try await enrichment.pool.transaction {
            try $0.changeProvider("mock") { $0.settings = settings }
        }
        #expect(changed != nil)
        return try enrichment.anew()
    }

    @Test("A corrected mapping asks again, another time-out does not")
    func settings() async throws {
        try await Enrichment.with { enrichment in
            #expect(try await Self.usage(enrichment, Enrichment.contacts(3)).calls == 1)
            let corrected = try await Self.set(#"{"label": "corrected"}"#, enrichment)
            let asked = try await Self.usage(corrected, Enrichment.contacts(3))
            #expect(asked.calls == 1 && asked.savedInputs == 0)
            let slower = try await Self.set(#"{"label": "corrected", "latencyMilliseconds": 1}"#, enrichment)
            let saved = try await Self.usage(slower, Enrichment.contacts(3))
            #expect(saved.calls == 0 && saved.savedInputs == 3)
        }
    }

    @Test("Who wants it fresh is answered, and charged, anew; others then get what is newest")
    func refresh() async throws {
        try await Enrichment.with { enrichment in
            #expect(try await Self.usage(enrichment, Enrichment.contacts(3)).calls == 1)
            let fresh = try await Self.usage(enrichment, Enrichment.contacts(3), refresh: true)
            #expect(fresh.calls == 1 && fresh.savedInputs == 0)
            #expect(try await Self.usage(enrichment, Enrichment.contacts(3)).calls == 0)
        }
    }

    @Test("A whole request is repeated only while its answers are believed, and only if it lacks nothing")
    func wholeRequests() async throws {
        try await Enrichment.with { enrichment in
            func made() async throws -> String? {
                let outcome = try await enrichment.request(Enrichment.contacts(2), reusing: true)
                if case .created(let id) = outcome { return id }
                return nil
            }
            let first = try #require(try await made())
            #expect(try await made() == nil)
            // "No match" is believed for seven days.
            _ = try await enrichment.value(
                "update enrichment.requests set created_at = created_at - interval '8 days' returning request_id")
            let second = try #require(try await made())
            #expect(second != first)
            for status in ["partial", "failed", "cancelled"] {
                _ = try await enrichment.value(
                    "update enrichment.requests set status = \(status)::text where status = 'processing' returning request_id"
                )
                #expect(try await made() != nil, "\(status)")
            }
            #expect(try await made() == nil)
        }
    }

    @Test(
        "A column more or less is the same question, and so is a domain in another form",
        arguments: [
            (FieldGroup.contact, "email\nada@acme.example\n", "email,first_name,company\nADA@acme.example,Ada,Acme\n"),
            (.company, "website\nacme.example\n", "company,website\nAcme,https://www.Acme.example/about?x=1\n"),
        ])
    func identities(_ group: FieldGroup, _ list: String, _ other: String) async throws {
        try await Enrichment.with { enrichment in
            #expect(try await Self.usage(enrichment, list, group).calls == 1)
            let saved = try await Self.usage(enrichment, other, group)
            #expect(saved.calls == 0 && saved.savedInputs == 1)
        }
    }
}

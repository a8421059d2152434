import Foundation
import Postgres
import TestSupport
import Testing
import Text

@testable import Enrichment

/// A field that the first match lacks comes from the next provider that has it.
@Suite(.timeLimit(.minutes(5))) struct SourcesTests {
    /// One knows titles, the other telephone numbers, which here are addresses, and titles of its own.
    private static func providers(_ server: PeopleServer) -> [ProviderRow] {
        [("titles", #"{"job_title": "title"}"#), ("phones", #"{"phone": "mail", "job_title": "mail"}"#)].map {
            name, response in
            let settings = """
                {"capabilities": {"contact_enrich": {"url": "\(server.url)/people", "inputs": "people", "request": {"email": "mail"},
                    "results": "people", "response": \(response), "confidence": "score", "isMatchIf": "found"}}}
                """
            return ProviderRow(name: name, kind: "http-json", settings: settings)
        }
    }

    @Test("The title from one and the telephone from another, each with its source; whoever does not need it asks one")
    func sources() async throws {
        try await PeopleServer.with { server in
            try await Enrichment.with(Self.providers(server)) { enrichment in
                let list = "email\np0@example.com\nnobody@example.com\np1@example.com\n"
                let names = ["titles", "phones"]
                let (plain, _) = try await enrichment.run(list, providers: names)
                let used = try await enrichment.pool.run { try $0.enrichmentUsage(plain.requestID) }
                // Of whom the first knows nothing the second is asked.
                #expect(used.calls == 2)
                for _ in 0..<2 {
                    let (request, output) = try await enrichment.run(list, providers: names, required: ["phone"])
                    #expect(request.status == .completed)
                    let lines = output.split(separator: "\r\n").map(String.init)
                    #expect(lines[0].hasPrefix("email,enriched_contact_job_title,enriched_contact_phone,"))
                    #expect(lines[1] == "p0@example.com,Head of p0@example.com,p0@example.com,matched,phones titles,")
                    #expect(lines[2] == "nobody@example.com,,,no_match,,")
                }
                let sources = try await enrichment.value(
                    """
                    select string_agg(distinct concat_ws(' ', sources -> 'phone' ->> 'provider', sources -> 'job_title' ->> 'provider',
                        sources -> 'phone' ->> 'confidence', (sources -> 'phone' ->> 'obtainedAt')::timestamptz > now() - interval '1 hour'), ';')
                    from enrichment.results where sources is not null
                    """)
                #expect(sources == "phones titles 0.75 t")
                let calls = try await enrichment.value("select count(*) from enrichment.calls")
                #expect(calls == "3")
                let (json, text) = try await enrichment.run(
                    list, providers: names, format: .ndjson, required: ["contact.phone"])
                #expect(json.status == .completed)
                let first = try #require(text.split(separator: "\n").first.flatMap { JSONValue(Array($0.utf8)) })
                #expect(first[path: "enrichment.contact.sources.phone.provider"]?.text == "phones")
            }
        }
    }

    @Test("A field that nobody has is refused, with those that there are")
    func unknownField() async throws {
        try await Enrichment.with { enrichment in
            for name in ["fax", "company.job_title"] {
                let failure = await #expect(throws: EnrichmentFailure.self) {
                    try await enrichment.request(
                        Enrichment.contacts(1), groups: [.contact, .company], required: [name])
                }
                #expect(
                    failure?.description.hasPrefix("No provider has the field '\(name)'. Known are: email,") == true)
            }
        }
    }
}

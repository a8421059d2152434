import Foundation
import PipelineSupport
import Postgres
import TestSupport
import Testing

@testable import Enrichment
@testable import Intake
@testable import Storage
@testable import Tabular

/// Columns kept under a name.
@Suite(.timeLimit(.minutes(5))) struct ContactMappingTests {
    private static let list = "Kontakt 2;Kunde;Notiz\nada@voss.example;Voss AG;x\nbo@li.example;Li KG;y\n"

    /// - Returns: the request, once it is over.
    private static func run(
        _ enrichment: Enrichment, columns: [String: String]? = nil, mapping: String = "crm", reusing: Bool = true
    ) async throws -> EnrichmentPipeline.Outcome {
        let options = EnrichmentOptions(providers: ["mock"], groups: [.contact], columns: columns, mapping: mapping)
        let spool = try ContactSpool.read(TextSource(list), limits: FileLimits())
        return try await enrichment.pipeline.create(
            NewEnrichment(source: .api, options: options), spool, reusing: reusing)
    }

    private static func keep(_ columns: [String: String], _ enrichment: Enrichment) async throws -> (Int, isNew: Bool) {
        try await enrichment.pool.transaction {
            let (kept, isNew) = try $0.putContactMapping("crm", columns)
            return (kept.version, isNew)
        }
    }

    private static func fields(_ id: String, _ enrichment: Enrichment) async throws -> String? {
        try await enrichment.value(
            """
            select fields ->> 'email' || ', ' || coalesce(fields ->> 'company', '-') || ', ' || (plan #>> '{mapping,version}')
            from enrichment.requests where request_id = \(id)::uuid
            """)
    }

    @Test("A change is a version of its own, the same again is none, and what is removed counts on")
    func versions() async throws {
        try await Enrichment.with { enrichment in
            let first = try await Self.keep(["email": "A"], enrichment)
            let same = try await Self.keep(["email": "A"], enrichment)
            let second = try await Self.keep(["email": "B", "company": "C"], enrichment)
            #expect(first == (1, true) && same == (1, false) && second == (2, true))
            let removed = try await enrichment.pool.transaction { try $0.removeContactMapping("crm") }
            let again = try await enrichment.pool.transaction { try $0.removeContactMapping("crm") }
            #expect(removed && !again)
            let third = try await Self.keep(["email": "B", "company": "C"], enrichment)
            #expect(third == (3, true))
            let kept = try await enrichment.pool.run { try $0.contactMappings() }
            #expect(kept.map(\.name) == ["crm"] && kept[0].columns == ["email": "B", "company": "C"])
            let names = ["", "a b", "ä", String(repeating: "n", count: 101)]
            for name in names {
                await #expect(throws: EnrichmentFailure.self, "\(name)") {
                    try await enrichment.pool.transaction { _ = try $0.putContactMapping(name, ["email": "A"]) }
                }
            }
            await #expect(throws: EnrichmentFailure.self) {
                try await enrichment.pool.transaction {
                    _ = try $0.putContactMapping("wide", ["email": String(repeating: "é", count: 9_000)])
                }
            }
        }
    }

    @Test(
        "What names no column, or two for one field, is refused",
        arguments: [["email"], ["email="], ["mail=A"], ["email=A", "company=B", "email=C"]])
    func refused(_ texts: [String]) {
        #expect(throws: EnrichmentFailure.self) { try ContactColumns.parsed(texts) }
    }

    @Test("The last sign of equality may belong to the column, and two fields may have one")
    func taken() throws {
        let columns = try ContactColumns.parsed(["email=A=B", "company=C", "full_name=C"])
        #expect(columns == ["email": "A=B", "company": "C", "full_name": "C"])
    }

    @Test("A list is read with the version in use, and a request with another asks another question")
    func reading() async throws {
        try await Enrichment.with { enrichment in
            _ = try await Self.keep(["email": "Kontakt 2"], enrichment)
            guard case .created(let first) = try await Self.run(enrichment) else {
                Issue.record("it is new")
                return
            }
            let firstFields = try await Self.fields(first, enrichment)
            #expect(firstFields == "Kontakt 2, -, 1")
            #expect(try await Self.run(enrichment) == .same(requestID: first))
            _ = try await Self.keep(["email": "Kontakt 2", "company": "Kunde"], enrichment)
            guard case .created(let second) = try await Self.run(enrichment) else {
                Issue.record("it is new")
                return
            }
            let secondFields = try await Self.fields(second, enrichment)
            #expect(secondFields == "Kontakt 2, Kunde, 2")
            // What the request says itself comes first.
            guard case .created(let third) = try await Self.run(enrichment, columns: ["company": "Notiz"]) else {
                Issue.record("it is new")
                return
            }
            let thirdFields = try await Self.fields(third, enrichment)
            #expect(thirdFields == "Kontakt 2, Notiz, 2")
        }
    }

    @Test("Lists of a route whose mapping is gone fail and say so, and nobody waits for them")
    func gone() async throws {
        try await Enrichment.with { enrichment in
            _ = try await Self.keep(["email": "Kontakt 2"], enrichment)
            let options = try EnrichmentIntake().options(["providers": ["mock"], "mapping": ["crm"]])
            try await enrichment.pool.transaction {
                try $0.addRoute(Route(bucket: "in", prefix: "raw/", pipeline: "enrich", options: options))
            }
            let good = try await drop(enrichment, "raw/good.csv")
            let request = try await enrichment.finish(good)
            #expect(request.status == .completed && request.totalRecords == 2)
            _ = try await enrichment.pool.transaction { try $0.removeContactMapping("crm") }
            let bad = try await enrichment.finish(try await drop(enrichment, "raw/bad.csv"))
            #expect(bad.status == .failed)
            #expect(bad.failureMessage?.hasPrefix("There is no mapping 'crm'") == true)
        }
    }

    private func drop(_ enrichment: Enrichment, _ key: String) async throws -> String {
        let store = try enrichment.resources.stores.store(bucket: "in")
        try await store.put(key, contentsOf: try enrichment.folder.write(Self.list, to: "staged"))
        let info = try #require(try await store.head(key))
        let outcome = try await enrichment.pool.transaction {
            try $0.record(.make(bucket: "in", key: key, etag: info.etag), Pipelines([EnrichmentIntake()]))
        }
        return try #require(outcome.id("request_id"))
    }
}

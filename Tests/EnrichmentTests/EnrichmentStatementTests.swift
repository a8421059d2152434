import TestSupport
import Testing

@testable import Enrichment

@Suite struct EnrichmentStatementTests {
    private static let id = "00000000-0000-0000-0000-000000000000"

    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let known: [(name: String, provider: any Provider)] = [
            ("mock", MockProvider(name: "mock", settings: .init()))
        ]
        let plan = try EnrichmentPlan(EnrichmentOptions(providers: ["mock"]), known: known)
        let new = NewEnrichment(source: .api, options: EnrichmentOptions())
        let object = EnrichmentObject(bucket: "b", key: "k", version: "v", etag: "e")
        let call = PlannedCall(
            capability: .contactEnrich, questions: [], requestID: Self.id, batchNumber: 0, attempt: 1, credits: 1)
        let end = CallEnd(callID: 1, provider: "p", state: .answered, credits: 1, reserved: 1)
        let statements = [
            try EnrichmentRequest.insert(new), EnrichmentRequest.select(Self.id), EnrichmentRequest.selectRecent(3),
            EnrichmentRequest.claimUpload("p", object), EnrichmentRequest.begin(Self.id),
            try EnrichmentRequest.split(Self.id, plan: plan, columns: [], fields: [:], records: 1, hash: "h"),
            EnrichmentRequest.fail(Self.id, message: "m"), EnrichmentRequest.count(Self.id, processed: 1, failed: 0),
            EnrichmentRequest.complete(Self.id, revision: 1), EnrichmentRequest.selectRevision(Self.id),
            EnrichmentRequest.hold(hash: "h"), EnrichmentRequest.selectOriginal(hash: "h"),
            EnrichmentRequest.selectUsage(Self.id), ProviderRow.upsert(.mock()),
            ProviderRow.upsertLimits("p", ProviderLimits()), ProviderRow.delete("p"), ProviderRow.selectAll,
            BatchSplitter.insert(Self.id, batches: 1), BatchQueries.selectRecords(Self.id, batch: 0, columns: []),
            BatchQueries.lookUp("p", hashes: []), BatchQueries.remember("[]"),
            BatchQueries.insertResults(Self.id, []), BatchQueries.insertErrors(Self.id, []),
            BatchQueries.finish(Self.id, batch: 0, attempt: 1),
            BatchQueries.fail(Self.id, batch: 0, attempt: 1, error: "e"), ProviderLimit.hold("p"),
            ProviderLimit.selectKnown("p", hashes: []), ProviderLimit.take("p", calls: 1, creditsEach: 1),
            ProviderLimit.insert("p", [call]), ProviderLimit.end([end]),
            ProviderLimit.markUnknown(Self.id, batch: 0, before: 1), ProviderLimit.giveBackCredits("p", 1),
            ProviderLimit.block("p", seconds: 1, because: "r"),
            EnrichmentUpkeep.forgetAnswers, EnrichmentUpkeep.giveUpAnnounced, EnrichmentUpkeep.endLostCalls,
            ProviderLimit.selectPaid(Self.id, batch: 0), NAICS.classify(codes: [], words: []),
            NAICS.selectMatches("w", limit: 3), NAICS.indexTitles,
            ProviderLimit.fail("p", fraction: 0.5, because: "r"), ProviderLimit.succeed("p"),
        ]
        let untyped = try await untypedParameters(of: statements)
        #expect(untyped.isEmpty)
    }

    @Test("The statements that read a result fit the schema")
    func results() async throws {
        try await Enrichment.with { enrichment in
            guard
                case .created(let requestID) = try await enrichment.request(
                    Enrichment.contacts(1), groups: FieldGroup.allCases)
            else { return #expect(Bool(false), "it is new") }
            let request = try await enrichment.resources.request(requestID)
            let plan = try #require(request.plan)
            let untyped = try await untypedParameters(of: [
                ResultQueries.selectCells(request, plan), ResultQueries.selectObjects(request, plan),
            ])
            #expect(untyped.isEmpty)
        }
    }
}

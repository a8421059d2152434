import Postgres
import TestSupport
import Testing

@testable import Enrichment

@Suite(.timeLimit(.minutes(2))) struct ResultQueriesTests {
    @Test("The statements that read a result fit the schema, whatever groups were wanted")
    func results() async throws {
        try await Enrichment.with { enrichment in
            let outcome = try await enrichment.request(Enrichment.contacts(1), groups: FieldGroup.allCases)
            guard case .created(let requestID) = outcome else {
                Issue.record("the request is new, but: \(outcome)")
                return
            }
            let request = try await enrichment.resources.request(requestID)
            let plan = try #require(request.plan)
            let untyped = try await untypedParameters(of: [
                ResultQueries.selectCells(request, plan), ResultQueries.selectObjects(request, plan),
            ])
            #expect(untyped.isEmpty)
            // A sort would write all that the request has to a temporary file, and hold it back until the end.
            for statement in [ResultQueries.selectCells(request, plan), ResultQueries.selectObjects(request, plan)] {
                let lines = try await enrichment.pool.transaction { session in
                    try session.executeScript(ResultQueries.planning)
                    return try session.query("explain (costs off) \(statement)").map {
                        try $0.get("QUERY PLAN", as: String.self)
                    }
                }
                #expect(lines.contains { $0.contains("Merge") })
                #expect(lines.filter { $0.contains("Sort Key") || $0.contains("Hash") } == [])
            }
        }
    }
}

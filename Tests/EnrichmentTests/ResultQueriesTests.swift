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
        }
    }
}

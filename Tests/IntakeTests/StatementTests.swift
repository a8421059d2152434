import PipelineSupport
import TestSupport
import Testing

@testable import Intake

@Suite struct StatementTests {
    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let event = ObjectEvent.make()
        let route = Route(bucket: "b", prefix: "uploads/", pipeline: "onboard")
        let untyped = try await untypedParameters(of: [
            Route.insert(route, includingExisting: true), Route.delete(bucket: "b", prefix: ""), Route.selectAll,
            Route.select(bucket: "b", key: "k"), ObjectEvent.hold(event), ObjectEvent.isSeen(event),
            ObjectEvent.insert(event, route: route, outcome: .unrouted),
            ObjectEvent.selectNew(bucket: "b", prefix: "", keys: [], etags: [], times: []),
        ])
        #expect(untyped.isEmpty)
    }
}

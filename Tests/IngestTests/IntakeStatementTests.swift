import Foundation
import TestSupport
import Testing

@testable import Ingest

@Suite struct IntakeStatementTests {
    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let event = ObjectEvent.make()
        let route = Route(bucket: "b", prefix: "uploads/", pipeline: .onboard)
        let untyped = try await untypedParameters(of: [
            Route.insert(route, includingExisting: true), Route.delete(bucket: "b", prefix: ""), Route.selectAll,
            Route.select(bucket: "b", key: "k"), ObjectEvent.hold(event), ObjectEvent.isSeen(event),
            ObjectEvent.insert(event, route: route, outcome: .unrouted),
            ObjectEvent.selectNew(bucket: "b", prefix: "", keys: [], etags: [], times: []),
        ])
        #expect(untyped.isEmpty)
    }
}

extension ObjectEvent {
    static func make(
        bucket: String = "inbox", key: String = "uploads/VEND001/products.csv", versionID: String? = nil,
        etag: String = "e1", byteCount: Int? = nil, source: Source = .s3
    ) -> ObjectEvent {
        ObjectEvent(
            source: source, bucket: bucket, key: key, versionID: versionID, etag: etag, byteCount: byteCount,
            occurredAt: Date())
    }
}

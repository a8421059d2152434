import AWS
import Catalog
import Foundation
import Logging
import PipelineSupport
import Postgres
import Storage
import TestSupport
import Testing

@testable import Ingest
@testable import Intake

@Suite(.timeLimit(.minutes(5))) struct ArrivalTests {
    private static let pipelines = Pipelines([OnboardIntake()])
    private static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private static func withPool<Result>(_ body: (Pool) async throws -> Result) async throws -> Result {
        try await withDatabase(migrated: true) { conninfo in
            let pool = Pool(conninfo, maximum: 6)
            try await pool.transaction {
                try $0.addRoute(Route(bucket: "inbox", prefix: "uploads/", pipeline: "onboard"))
                try $0.addRoute(
                    Route(
                        bucket: "inbox", prefix: "uploads/nightly/", pipeline: "onboard",
                        options: RouteOptions(OnboardIntake.Options(mode: .upsert))))
            }
            return try await pool.closing(after: body)
        }
    }

    private static func count(_ table: String, _ pool: Pool) async throws -> Int {
        try await pool.run { try $0.first("select count(*) as n from \(raw: table)")!.get("n") }
    }

    @Test("The same event delivered many times at once causes one upload and one job")
    func once() async throws {
        try await Self.withPool { pool in
            let outcomes = try await withThrowingTaskGroup(of: ArrivalOutcome.self) { group in
                for _ in 0..<12 {
                    group.addTask { try await pool.transaction { try $0.record(.make(), Self.pipelines) } }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .seen } == 11)
            #expect(try await Self.count("catalog.upload_history", pool) == 1)
            #expect(try await Self.count("jobs.jobs", pool) == 1)
            let other = try await pool.transaction { try $0.record(.make(etag: "e2"), Self.pipelines) }
            guard case .accepted = other else {
                Issue.record("\(other)")
                return
            }
        }
    }

    @Test("An upload stands in the history as queued, with vendor, file and the mode of the longest route")
    func queued() async throws {
        try await Self.withPool { pool in
            _ = try await pool.transaction {
                try $0.record(
                    .make(key: "uploads/nightly/V7/deep/f.csv", versionID: "v9", byteCount: 12), Self.pipelines)
            }
            let row = try await pool.run { session -> [String?] in
                let row = try session.first(
                    """
                    select status, vendor_id, file_name, mode, object_key, object_version, file_size_bytes,
                        (select serial_key from jobs.jobs)
                    from catalog.upload_history
                    """)!
                return (0..<8).map { row[$0] }
            }
            #expect(
                row == ["queued", "V7", "f.csv", "upsert", "uploads/nightly/V7/deep/f.csv", "v9", "12", "vendor:V7"])
        }
    }

    @Test("A file whose name begins with an accent is a vendor's like any other")
    func accent() async throws {
        try await Self.withPool { pool in
            _ = try await pool.transaction { try $0.record(.make(key: "uploads/V7/\u{301}f.csv"), Self.pipelines) }
            let name = try await pool.run { session in
                try session.first("select vendor_id || ' ' || file_name from catalog.upload_history")?[0]
            }
            #expect(name.map { Array($0.utf8) } == Array("V7 \u{301}f.csv".utf8))
        }
    }

    @Test(
        "What lies below a route but is not a file of a vendor is recorded and left alone",
        arguments: ["uploads/V1/", "uploads/stray.csv", "uploads//f.csv"])
    func ignored(key: String) async throws {
        try await Self.withPool { pool in
            let outcome = try await pool.transaction { try $0.record(.make(key: key), Self.pipelines) }
            guard case .ignored = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(try await Self.count("catalog.upload_history", pool) == 0)
            #expect(try await Self.count("intake.object_events", pool) == 1)
            let again = try await pool.transaction { try $0.record(.make(key: key), Self.pipelines) }
            #expect(again == .seen)
        }
    }

    @Test("What no route leads to leaves no trace: reports in the same bucket must not announce themselves")
    func unrouted() async throws {
        try await Self.withPool { pool in
            for event in [ObjectEvent.make(key: "errors/V1/x.csv"), .make(bucket: "other")] {
                let outcome = try await pool.transaction { try $0.record(event, Self.pipelines) }
                #expect(outcome == .unrouted)
            }
            #expect(try await Self.count("intake.object_events", pool) == 0)
        }
    }

    @Test("The poller finds what no event announced, once, and leaves alone what is older than the route")
    func poller() async throws {
        try await Self.withPool { pool in
            let folder = try TemporaryFolder()
            let stores = FolderStores(root: URL(fileURLWithPath: folder.path))
            let store = try stores.store(bucket: "inbox")
            let file = try folder.write("a,b\n", to: "local.csv")
            let poller = ArrivalPoller(
                recorder: ArrivalRecorder(pool: pool, pipelines: Self.pipelines), stores: stores,
                interval: .seconds(3600), logger: Self.quiet)
            for name in ["one", "two"] { try await store.put("uploads/V1/\(name).csv", contentsOf: file) }
            #expect(try await poller.runOnce() == 2)
            #expect(try await poller.runOnce() == 0)
            try await store.put("uploads/V1/two.csv", contentsOf: file)
            #expect(try await poller.runOnce() == 1)
            try await pool.run {
                _ = try $0.execute("update intake.routes set accepts_from = now() + interval '1 hour'")
            }
            try await store.put("uploads/V1/three.csv", contentsOf: file)
            #expect(try await poller.runOnce() == 0)
        }
    }

    @Test("An object of the second in which the route was made is found, although a store lists whole seconds")
    func sameSecond() async throws {
        try await Self.withPool { pool in
            let folder = try TemporaryFolder()
            let stores = FolderStores(root: URL(fileURLWithPath: folder.path))
            let store = try stores.store(bucket: "inbox")
            try await store.put("uploads/V1/f.csv", contentsOf: try folder.write("a\n", to: "local.csv"))
            try await pool.run {
                _ = try $0.execute("update intake.routes set accepts_from = '2026-11-21T17:16:53.7Z'")
            }
            let poller = ArrivalPoller(
                recorder: ArrivalRecorder(pool: pool, pipelines: Self.pipelines), stores: stores,
                interval: .seconds(3600), logger: Self.quiet)
            for (second, found) in [(52, 0), (53, 1)] {
                let date = try #require(ISO8601DateFormatter().date(from: "2026-11-21T17:16:\(second)Z"))
                try FileManager.default.setAttributes(
                    [.modificationDate: date], ofItemAtPath: "\(folder.path)/inbox/uploads/V1/f.csv")
                #expect(try await poller.runOnce() == found)
            }
        }
    }

    @Test("An announced object is not found again by the poller")
    func announced() async throws {
        try await Self.withPool { pool in
            let folder = try TemporaryFolder()
            let stores = FolderStores(root: URL(fileURLWithPath: folder.path))
            let store = try stores.store(bucket: "inbox")
            let key = "uploads/V1/f.csv"
            try await store.put(key, contentsOf: try folder.write("a\n", to: "local.csv"))
            let info = try #require(try await store.head(key))
            _ = try await pool.transaction { try $0.record(.make(key: key, etag: info.etag), Self.pipelines) }
            let poller = ArrivalPoller(
                recorder: ArrivalRecorder(pool: pool, pipelines: Self.pipelines), stores: stores,
                interval: .seconds(3600), logger: Self.quiet)
            #expect(try await poller.runOnce() == 0)
        }
    }

    /// Takes every object but one, of which a value makes its statement fail.
    private struct Choosy: Pipeline {
        let name = "onboard"

        func options(_ given: [String: [String]]) throws -> RouteOptions { try OnboardIntake().options(given) }

        func begin(_ event: ObjectEvent, below route: Route, _ session: Session) throws -> ArrivalOutcome {
            if event.key.hasSuffix("b.csv") { _ = try session.first("select \(event.key)::text::uuid") }
            return try OnboardIntake().begin(event, below: route, session)
        }
    }

    @Test("An object that cannot be taken is recorded with the reason, and does not keep the others out")
    func passedOver() async throws {
        try await Self.withPool { pool in
            let folder = try TemporaryFolder()
            let stores = FolderStores(root: URL(fileURLWithPath: folder.path))
            let store = try stores.store(bucket: "inbox")
            let file = try folder.write("a,b\n", to: "local.csv")
            for name in ["a", "b", "c"] { try await store.put("uploads/V1/\(name).csv", contentsOf: file) }
            let recorder = ArrivalRecorder(pool: pool, pipelines: Pipelines([Choosy()]))
            let poller = ArrivalPoller(
                recorder: recorder, stores: stores, interval: .seconds(3600), logger: Self.quiet)
            #expect(try await poller.runOnce() == 2)
            #expect(try await poller.runOnce() == 0)
            let events = ["a", "b", "c"].map { ObjectEvent.make(key: "uploads/V2/\($0).csv") }
            let outcomes = try await recorder.record(events)
            #expect(outcomes.map(\.isNew) == [true, false, true])
            #expect(try await recorder.record(events) == [.seen, .seen, .seen])
            let reason = try await pool.run { session in
                try session.query(
                    "select distinct ignored_because from intake.object_events where object_key like '%b.csv'"
                )
                .map { $0[0] }
            }
            #expect(reason == ["a value cannot be read as its type (SQLSTATE 22P02)"])
        }
    }

    // MARK: SNS

    private static func message(_ number: Int) throws -> [UInt8] {
        [UInt8](
            try Data(contentsOf: URL(fileURLWithPath: SharedData.file("aws-events/sns-signed/message-0\(number).json")))
        )
    }

    private static func intake(_ pool: Pool, topic: String?) throws -> EventIntake {
        let certificate = try String(
            contentsOfFile: SharedData.file("aws-events/sns-signed/signing-cert.pem"), encoding: .utf8)
        let trusted = topic.map {
            TrustedTopic(arn: $0, logger: quiet, isGenuine: { $0.isSigned(certificate: certificate) }, visit: { _ in })
        }
        return EventIntake(
            recorder: ArrivalRecorder(pool: pool, pipelines: pipelines), token: "t0ken", topic: trusted, logger: quiet)
    }

    @Test("A message of SNS is believed if it is of the topic and its signature holds, and needs no token", .sharedData)
    func sns() async throws {
        try await Self.withPool { pool in
            let body = try Self.message(2)
            let topic = try SNSMessage(body).topic
            // Genuine, and its payload is not an event: it got as far as the parser.
            await #expect(throws: ObjectEventError.self) {
                _ = try await Self.intake(pool, topic: topic).receive(body, authorization: nil)
            }
            let forged = Array(String(decoding: body, as: UTF8.self).replacing("Hello world", with: "Hello moon").utf8)
            for (body, topic) in [(forged, topic), (body, "arn:aws:sns:us-east-2:1:other"), (body, nil)] {
                let error = await #expect(throws: EventRefused.self) {
                    _ = try await Self.intake(pool, topic: topic).receive(body, authorization: "Bearer t0ken")
                }
                guard case .untrusted = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("An event without the token is refused, with it accepted", .sharedData)
    func token() async throws {
        try await Self.withPool { pool in
            let body = [UInt8](
                try Data(contentsOf: URL(fileURLWithPath: SharedData.file("aws-events/lambda-go/s3-event.json"))))
            let intake = try Self.intake(pool, topic: nil)
            for header in [nil, "Bearer wrong", "t0ke", "Bearer t0ken2"] {
                await #expect(throws: EventRefused.unauthorized) {
                    _ = try await intake.receive(body, authorization: header)
                }
            }
            let outcomes = try await intake.receive(body, authorization: "Bearer t0ken")
            #expect(outcomes == [.unrouted])
        }
    }
}

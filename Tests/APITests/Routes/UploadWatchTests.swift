import Catalog
import Logging
import Postgres
import TestSupport
import Testing

@testable import API

@Suite(.timeLimit(.minutes(3))) struct UploadWatchTests {
    private static func withUpload(_ body: (Pool, String) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { conninfo in
            try await Pool(conninfo).closing { pool in
                let upload = Upload(
                    uploadID: "UPLOAD_20260102_030405_watched", vendorID: "V001", fileName: "f.csv", mode: .create,
                    policy: .loadValid, bucket: "inbox", objectKey: "uploads/V001/f.csv")
                try await pool.transaction { session in
                    try session.addVendor(Vendor(vendorID: "V001", vendorName: "Acme", email: "a@example.com"))
                    try session.queueUpload(upload, source: "test")
                }
                try await body(pool, upload.uploadID)
            }
        }
    }

    @Test("A signal reaches all who watch the upload, in its order, and nobody else")
    func signals() async throws {
        let watch = UploadWatch()
        let (first, leaveFirst) = watch.signals(of: "A")
        let (second, leaveSecond) = watch.signals(of: "A")
        let (other, leaveOther) = watch.signals(of: "B")
        watch.tell("A", .progress("{}"))
        watch.tell("A", .changed)
        for leave in [leaveFirst, leaveSecond, leaveOther] { leave() }
        for stream in [first, second] {
            #expect(await stream.reduce(into: []) { $0.append($1) } == [.progress("{}"), .changed])
        }
        #expect(await other.reduce(into: []) { $0.append($1) } == [])
    }

    @Test("Whoever reads slowly gets the newest signals, and holds nobody back")
    func slow() async {
        let watch = UploadWatch()
        let (stream, leave) = watch.signals(of: "A")
        for number in 0..<100 { watch.tell("A", .progress("\(number)")) }
        leave()
        #expect(await stream.reduce(into: []) { $0.append($1) } == (92..<100).map { .progress("\($0)") })
    }

    @Test("The end of the service ends all streams, and those that begin later")
    func closed() async {
        let watch = UploadWatch()
        let (early, _) = watch.signals(of: "A")
        watch.close()
        let (late, _) = watch.signals(of: "A")
        watch.tell("A", .changed)
        for stream in [early, late] { #expect(await stream.reduce(0) { count, _ in count + 1 } == 0) }
    }

    @Test("A look tells of a change that no notification told of, once")
    func look() async throws {
        try await Self.withUpload { pool, uploadID in
            let watch = UploadWatch()
            let (stream, leave) = watch.signals(of: uploadID)
            try await watch.look(pool)
            _ = try await pool.transaction { try $0.startUpload(uploadID) }
            for _ in 0..<2 { try await watch.look(pool) }
            leave()
            // The first look cannot know what the watcher has seen.
            #expect(await stream.reduce(into: []) { $0.append($1) } == [.changed, .changed])
        }
    }

    @Test("What has changed before the first look is told, too: its watcher may have looked before")
    func firstLook() async throws {
        try await Self.withUpload { pool, uploadID in
            let watch = UploadWatch()
            let (stream, leave) = watch.signals(of: uploadID)
            _ = try await pool.transaction { try $0.startUpload(uploadID) }
            for _ in 0..<2 { try await watch.look(pool) }
            leave()
            #expect(await stream.reduce(into: []) { $0.append($1) } == [.changed])
        }
    }

    @Test("While nothing changes, heartbeats come, also when the database is away")
    func heartbeats() async throws {
        let watch = UploadWatch(lookEvery: .milliseconds(1))
        let (stream, leave) = watch.signals(of: "A")
        let away = Pool("host=/nowhere", maximum: 1)
        let running = Task { await watch.run(away, Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })) }
        #expect(await stream.first { _ in true } == .heartbeat)
        running.cancel()
        await running.value
        leave()
    }
}

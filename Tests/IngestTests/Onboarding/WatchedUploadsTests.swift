import Postgres
import TestSupport
import Testing

@testable import Ingest

@Suite(.timeLimit(.minutes(2))) struct WatchedUploadsTests {
    @Test("An upload is watched for half a minute after it was last said, and others are not")
    func forgets() {
        let (watched, now) = (WatchedUploads(listens: true), ContinuousClock.now)
        watched.note(["U1", "U2"], at: now)
        watched.note(["U1"], at: now + .seconds(20))
        #expect(watched.contains("U1", at: now + .seconds(49)))
        #expect(!watched.contains("U1", at: now + .seconds(51)))
        #expect(watched.contains("U2", at: now + .seconds(29)))
        #expect(!watched.contains("U2", at: now + .seconds(31)))
        #expect(!watched.contains("U3", at: now))
    }

    @Test("What comes on the channel is taken apart")
    func hears() {
        let watched = WatchedUploads(listens: true)
        watched.hear("U1 U2")
        #expect(["U1", "U2", "U3"].map { watched.contains($0) } == [true, true, false])
    }

    @Test("Who cannot hear takes every upload for watched")
    func deaf() {
        #expect(WatchedUploads(listens: false).contains("U1"))
    }

    @Test("Of an upload that somebody watches each step is told, of others nothing", arguments: [true, false])
    func tells(isWatched: Bool) async throws {
        try await Onboarding.with { onboarding in
            let news = try await Listener.listen(
                onboarding.conninfo, channels: [UploadAnnouncement.channel, "end"])
            let watched = WatchedUploads(listens: true)
            try await Pool(onboarding.conninfo, maximum: 2).closing { pool in
                try await SmallUpload(pool, onboarding.folder, watched: watched).run("A") {
                    if isWatched { watched.hear($0) }
                }
                try await pool.run { $0.tell("end") }
            }
            var changes = 0
            for try await notification in news {
                if notification.channel == "end" { break }
                if UploadAnnouncement(payload: notification.payload)?.phase == nil { changes += 1 }
            }
            // It began, and it ended.
            #expect(changes == (isWatched ? 2 : 0))
        }
    }
}

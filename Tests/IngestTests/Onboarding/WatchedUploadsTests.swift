import Testing

@testable import Ingest

@Suite struct WatchedUploadsTests {
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
}

import Foundation
package import Postgres
import Threads

/// Which uploads somebody watches. Of the others nothing is told: most are watched by nobody, and each thing that is told is a commit.
///
/// Whoever has watchers says so when one comes, and every few seconds as long as one is there.
package final class WatchedUploads: Sendable {
    /// The channel on which it is said.
    package static let channel = "catalog.watched"
    /// Identifiers in one notification, which takes 8,000 bytes.
    fileprivate static let most = 100
    private static let memory = Duration.seconds(30)

    private let listens: Bool
    private let watchedUntil = Locked<[String: ContinuousClock.Instant]>([:])

    /// - Parameter listens: whether it will ever hear; else all uploads count as watched.
    package init(listens: Bool) {
        self.listens = listens
    }

    /// Takes what came on the channel.
    package func hear(_ payload: String) { note(payload.split(separator: " ").map(String.init), at: .now) }

    func note(_ uploadIDs: [String], at now: ContinuousClock.Instant) {
        watchedUntil.withLock { known in
            known = known.filter { $0.value > now }
            for uploadID in uploadIDs { known[uploadID] = now + Self.memory }
        }
    }

    func contains(_ uploadID: String, at now: ContinuousClock.Instant = .now) -> Bool {
        guard listens else { return true }
        return watchedUntil.withLock { $0[uploadID].map { $0 > now } ?? false }
    }
}

extension Session {
    /// Says that somebody watches these uploads.
    package func tellWatched(_ uploadIDs: [String]) {
        var rest = uploadIDs[...]
        while !rest.isEmpty {
            tell(WatchedUploads.channel, rest.prefix(WatchedUploads.most).joined(separator: " "))
            rest = rest.dropFirst(WatchedUploads.most)
        }
    }
}

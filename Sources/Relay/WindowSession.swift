import Jobs
package import Postgres

/// Another attempt has the window by now: what this one did is rolled back.
struct WindowLost: Error, CustomStringConvertible {
    var window: RelayWindow

    var description: String { "window \(window.opensAt) is no longer held by attempt \(window.attempt)" }
}

/// The life of a window. Everything needs a transaction.
extension Session {
    /// Seals windows whose time is over, or closes those that are open.
    /// - Parameter opensAt: nil for all.
    /// - Returns: which.
    @discardableResult
    package func sealWindows(_ opensAt: WindowTime? = nil, closing: Bool = false) throws -> [WindowTime] {
        let sealed = try query(RelayWindow.seal(opensAt, closes: closing)).map { try RelayWindow($0).opensAt }
        if !sealed.isEmpty { try execute(RelayWindow.count(sealed)) }
        return sealed
    }

    /// Hands sealed windows to workers: fresh ones first, then the oldest; while a target fails only one of it, to try it, and while a source
    /// fails only one of its name.
    package func dispatchWindows() throws {
        try execute(RelayWindow.holdDispatch)
        let windows = try query(RelayWindow.dispatch).map { row in
            (window: try RelayWindow(row), isFresh: try row.get("is_fresh", as: Bool.self))
        }
        // Within one priority jobs are done in the order in which they were enqueued.
        try enqueue(
            windows.sorted { $0.window.opensAt < $1.window.opensAt }.map {
                RelayJob.pack($0.window, isFresh: $0.isFresh)
            })
    }

    /// - Returns: nil if the window is not to be worked on now; it waits again then.
    func beginWindow(_ opensAt: WindowTime) throws -> RelayWindow? {
        if let row = try first(RelayWindow.begin(opensAt)) { return try RelayWindow(row) }
        try execute(RelayWindow.release(opensAt))
        return nil
    }

    /// The workers that had a window died, so many times that its job is dead.
    func giveUpWindow(_ opensAt: WindowTime, attempts: Int, error: String, pause: Duration = .seconds(30)) throws {
        guard try execute(RelayWindow.giveUp(opensAt, error: error, pause: pause)) > 0 else { return }
        try execute(RelayAlert.raiseDeaths(opensAt, attempts: attempts))
        try enqueue(RelayJob.dispatch(in: pause))
    }

    /// - Throws: `WindowLost`.
    func hold(_ window: RelayWindow) throws {
        guard try first(RelayWindow.hold(window)) != nil else { throw WindowLost(window: window) }
    }

    /// A plan: what the next attempt stores too, if this one does not come to it.
    func plan(_ packed: PackedArchive, missing: [MissingMember], of window: RelayWindow) throws {
        try hold(window)
        try execute(RelayArchive.insert(packed.archive))
        guard try execute(RelayMember.pack(packed.members, into: packed.archive)) == packed.members.count else {
            throw WindowLost(window: window)
        }
        try record(missing, of: window)
    }

    func record(_ missing: [MissingMember], of window: RelayWindow) throws {
        guard !missing.isEmpty else { return }
        try hold(window)
        try execute(RelayMember.markMissing(missing, window.opensAt))
        if missing.contains(where: { $0.state == .altered }) { try execute(RelayMember.markReplaced(window.opensAt)) }
        try execute(RelayMember.countMissing(window.opensAt))
        try execute(RelayAlert.raiseMissing(window.opensAt))
    }

    /// An archive that cannot be made again: those of its objects that can be read wait for another one.
    func end(_ archive: RelayArchive, as end: RelayArchive.End, missing: [MissingMember], of window: RelayWindow) throws
    {
        try hold(window)
        try execute(RelayMember.unpack(archive))
        try execute(RelayArchive.end(archive, as: end))
        try execute(RelayAlert.raiseLost(window.opensAt))
        try record(missing, of: window)
    }

    /// Objects that their store refused. A try counts only if others of the bucket can be read: else the store is away.
    /// - Parameter readable: buckets of which something else could be read just now.
    /// - Returns: why the window has to wait; nil if nothing of it does.
    func record(_ failed: [FailedMember], readable: Set<String>, of window: RelayWindow) throws -> RelayFailure? {
        try hold(window)
        let counted = failed.filter { readable.contains($0.member.bucket) }
        let again = try query(RelayMember.countTries(counted, of: window.opensAt)).filter {
            try $0.get("is_tried_again")
        }
        try execute(RelayMember.countMissing(window.opensAt))
        try execute(RelayAlert.raiseMissing(window.opensAt))
        if let away = failed.first(where: { !readable.contains($0.member.bucket) }) {
            return RelayFailure(cause: .source, error: away.error)
        }
        return again.isEmpty ? nil : counted.first.map { RelayFailure(cause: .repair, error: $0.error) }
    }
}

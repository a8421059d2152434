import Foundation
import Logging
import Postgres
import Storage
import Telemetry

/// What keeps a window from being delivered: what has to work again before the next try is of use.
struct RelayFailure: Error, CustomStringConvertible {
    enum Cause: String { case source, target, repair }

    var cause: Cause
    var error: any Error

    var description: String { "\(error)" }
}

/// One window becomes archives on the target, each stored once and looked at again.
///
/// In the order of the code: archives that an earlier attempt planned → `ArchivePacker` for what is in none → the target →
/// a second look at every archive. An archive's row with its SHA-256 is committed before the archive is stored, so that a
/// second attempt stores the same bytes under the same key or finds them there. What has a row is never packed twice, unless
/// the target has lost it and its bytes cannot be made again.
struct RelayPipeline: Sendable {
    let pool: Pool
    let stores: any ObjectStores
    let target: any ArchiveStore
    let settings: RelaySettings
    let logger: Logger
    /// Called with each archive that gets on.
    var progress: @Sendable () -> Void = {}

    /// - Parameter commit: joins the transaction that verifies the window; gets the stores that proved to work.
    /// - Throws: `RelayFailure`, `WindowLost`, `PostgresError`, `CancellationError`.
    func run(_ window: RelayWindow, commit: @escaping @Sendable (Session, Set<String>) throws -> Void) async throws {
        if window.state == .packing {
            let archives = try await current(window)
            for archive in archives where !archive.isDelivered { try await resume(archive, window) }
            try await packRest(window)
            try await pool.transaction { session in
                try session.hold(window)
                try session.execute(RelayWindow.deliver(window))
            }
        }
        let archives = try await current(window)
        for archive in archives { try await verify(archive, window) }
        let missing = try await pool.transaction { session in
            try session.hold(window)
            let missing = try session.first(RelayWindow.verify(window))?.get("missing_count", as: Int.self)
            try session.execute(RelayAlert.clearDeaths(window.opensAt))
            try commit(session, archives.isEmpty ? [] : ["source", "target"])
            return missing
        }
        MetricFamily.relayMissing.add(missing ?? 0)
    }

    private func current(_ window: RelayWindow) async throws -> [RelayArchive] {
        try await pool.run { try $0.archives(of: window.opensAt) }.filter { $0.end == nil }
    }

    /// An archive that was planned, and perhaps stored by an attempt that could not say so.
    private func resume(_ archive: RelayArchive, _ window: RelayWindow) async throws {
        let problem = try await failing(.target) { try await self.problem(of: archive) }
        guard let problem else {
            return try await recordDelivery(of: archive, window)
        }
        // What is the same bytes needs no source.
        if problem != ArchiveMismatch.missing,
            let copy = try await failing(.target, { try await self.copy(of: archive) })
        {
            return try await store(PackedArchive(archive: archive, file: copy, members: []), window, replaces: true)
        }
        let members = try await named(window).filter { $0.part == archive.part }
        let packer = ArchivePacker(
            window, members, from: stores, settings.adapted(to: window).withoutLimit, engine: archive.engine)
        let packed = try await failing(.source) { try await packer.next(part: archive.part) }
        try await settle(packer, window)
        guard let packed, packed.archive.sha256 == archive.sha256 else {
            let isWhole = packed.map { $0.members.map(\.sha256) == members.map(\.sha256) } ?? false
            return try await end(archive, isWhole: isWhole, missing: packer.missing, window)
        }
        try await store(packed, window, replaces: problem != ArchiveMismatch.missing)
    }

    /// - Parameter isWhole: whether all of its objects can be read, and are as they were: another engine made other bytes of them.
    private func end(
        _ archive: RelayArchive, isWhole: Bool, missing: [MissingMember], _ window: RelayWindow
    ) async throws {
        let end: RelayArchive.End = !archive.wasDelivered ? .abandoned : isWhole ? .replaced : .lost
        let metadata: Logger.Metadata = [
            "key": "\(archive.key)", "missing": .stringConvertible(missing.count),
            "engine": "\(archive.engine?.name ?? "zlib")",
        ]
        switch end {
        case .abandoned: logger.warning("relay.archive.abandoned", metadata: metadata)
        case .lost: logger.warning("relay.archive.lost", metadata: metadata)
        case .replaced: logger.warning("relay.archive.replaced", metadata: metadata)
        }
        try await pool.transaction { try $0.end(archive, as: end, missing: missing, of: window) }
    }

    private func packRest(_ window: RelayWindow) async throws {
        let members = try await named(window).filter { $0.isWaiting }
        var part = try await pool.run { try $0.archives(of: window.opensAt).last?.part ?? 0 }
        let packer = ArchivePacker(window, members, from: stores, settings.adapted(to: window))
        while let packed = try await failing(.source, { try await packer.next(part: part + 1) }) {
            part += 1
            progress()
            let missing = packer.missing
            try await pool.transaction { try $0.plan(packed, missing: missing, of: window) }
            try await store(packed, window, replaces: false)
        }
        let missing = packer.missing
        try await pool.transaction { try $0.record(missing, of: window) }
        try await settle(packer, window)
    }

    /// What the store refused is tried again with the window, whose other objects are delivered, until it is given up.
    private func settle(_ packer: ArchivePacker, _ window: RelayWindow) async throws {
        let failed = packer.failed
        guard !failed.isEmpty else { return }
        let unsure = Set(failed.map(\.member.bucket)).subtracting(packer.readable)
        let readable = try await packer.readable.union(answering(unsure))
        let failure = try await pool.transaction { try $0.record(failed, readable: readable, of: window) }
        if let failure { throw failure }
    }

    private func store(_ packed: PackedArchive, _ window: RelayWindow, replaces: Bool) async throws {
        let archive = packed.archive
        try await failing(.target) {
            try await target.put(archive, contentsOf: packed.file.path, from: packed.offset, replaces: replaces)
        }
        // Its path leads to the file as long as somebody holds it.
        withExtendedLifetime(packed.file) {}
        progress()
        try await recordDelivery(of: archive, window)
        logger.info(
            "relay.archive.delivered",
            metadata: [
                "key": "\(archive.key)", "members": .stringConvertible(archive.memberCount),
                "bytes": .stringConvertible(archive.byteCount),
            ])
    }

    private func recordDelivery(of archive: RelayArchive, _ window: RelayWindow) async throws {
        let seconds = try await pool.transaction { session in
            try session.hold(window)
            return try session.first(RelayArchive.deliver(archive))?.get("seconds", as: Double.self)
        }
        MetricFamily.relayObjects.add(archive.memberCount)
        MetricFamily.relayBytes.add(archive.byteCount)
        if let seconds { MetricFamily.relayDelivery.observe(seconds: seconds) }
    }

    /// Asks the target again, because what it answered to the delivery proves little.
    private func verify(_ archive: RelayArchive, _ window: RelayWindow) async throws {
        let problem = try await failing(.target) { try await self.problem(of: archive) }
        progress()
        try await pool.transaction { session in
            try session.hold(window)
            try session.execute(problem == nil ? RelayArchive.verify(archive) : RelayArchive.markUncertain(archive))
        }
        if let problem {
            throw RelayFailure(cause: .target, error: ArchiveMismatch(key: archive.key, problem: problem))
        }
    }

    /// What is wrong with an archive on the target; its contents are read if that is wanted.
    private func problem(of archive: RelayArchive) async throws -> String? {
        guard let stored = try await target.look(archive.key) else { return ArchiveMismatch.missing }
        if let difference = stored.difference(from: archive) { return difference }
        guard settings.readsBack else { return nil }
        let digest = StreamedDigest()
        try await target.get(archive.key, receive: digest.update)
        let sha256 = digest.finish()
        return sha256 == archive.sha256 ? nil : "has contents of the SHA-256 '\(sha256)' instead of '\(archive.sha256)'"
    }

    /// Of these buckets those that give an object, or say that it is gone, which they gave before.
    private func answering(_ buckets: Set<String>) async throws -> Set<String> {
        guard !buckets.isEmpty else { return [] }
        let probes = try await pool.run { try $0.query(RelayMember.selectReadable(buckets)).map(RelayMember.init) }
        var answering: Set<String> = []
        for probe in probes {
            do {
                _ = try await stores.store(bucket: probe.bucket).read(
                    probe.key, version: probe.versionID, etag: nil, range: 0..<1)
                answering.insert(probe.bucket)
            } catch let error as ObjectStoreError where error.isGone {
                answering.insert(probe.bucket)
            } catch let error where !(error is CancellationError || Task.isCancelled) {
                continue
            }
        }
        return answering
    }

    /// What the target has of an archive, if those are its bytes.
    private func copy(of archive: RelayArchive) async throws -> TemporaryFile? {
        let (file, digest) = (try TemporaryFile(), StreamedDigest())
        try await target.get(archive.key) { piece in
            digest.update(piece)
            try file.write(piece)
        }
        return digest.finish() == archive.sha256 ? file : nil
    }

    /// All members in the order of the archive, with the names that they have there: those of a plan stay as they were planned.
    private func named(_ window: RelayWindow) async throws -> [RelayMember] {
        var members = try await pool.run { try $0.members(of: window.opensAt) }
        for (index, name) in EntryName.names(of: members.map(\.key)).enumerated() where members[index].name.isEmpty {
            members[index].name = name
        }
        return members
    }

    /// Says which store failed; trouble of the machine itself is not a store's.
    private func failing<Result>(
        _ cause: RelayFailure.Cause, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error where error is CancellationError || Task.isCancelled {
            throw error
        } catch let error as TemporaryFileError {
            throw RelayFailure(cause: .repair, error: error)
        } catch {
            throw RelayFailure(cause: cause, error: error)
        }
    }
}

extension RelaySettings {
    /// What a window has from its route goes before; how long an upload may take was reckoned with the service's size.
    fileprivate func adapted(to window: RelayWindow) -> RelaySettings {
        var settings = self
        settings.archiveBytes = min(window.archiveBytes ?? .max, archiveBytes)
        settings.compression = window.compression ?? compression
        return settings
    }

    /// For objects that were planned for one archive.
    fileprivate var withoutLimit: RelaySettings {
        var settings = self
        settings.archiveBytes = .max / 2
        settings.archiveTime = nil
        return settings
    }
}

extension Session {
    func archives(of opensAt: WindowTime) throws -> [RelayArchive] {
        try query(RelayArchive.select(opensAt)).map(RelayArchive.init)
    }

    func members(of opensAt: WindowTime) throws -> [RelayMember] {
        try query(RelayMember.selectAll(opensAt)).map(RelayMember.init)
    }
}

import Storage
import Threads

/// Packs the objects of a window into archives, one after the other: `tar.gz` or `tar.zst` with the manifest as the first entry.
///
/// In the order of the code: `MemberReader` (many reads at once) → `EntryCutter` (pieces of tar) → `ArchiveEngine` (on several
/// threads) → `ArchiveFile`. Nothing but the pieces under way is in memory. The same objects under the same names give the
/// same bytes as long as `ArchiveEngine` is the same.
final class ArchivePacker {
    private typealias Compressed = (piece: TarPiece, bytes: [UInt8])

    private let window: RelayWindow
    private let settings: RelaySettings
    private let engine: ArchiveEngine
    private var cutter: EntryCutter
    private let compressions = OrderedTasks<Compressed>()
    /// The first of the next archive.
    private var pending: Compressed?
    private var isRead = false

    /// - Parameters:
    ///   - members: sorted, with their names.
    ///   - engine: of an archive that is made again; nil takes that of the settings.
    init(
        _ window: RelayWindow, _ members: some Sequence<RelayMember>, from stores: any ObjectStores,
        _ settings: RelaySettings, engine: ArchiveEngine? = nil
    ) {
        self.window = window
        self.settings = settings
        self.engine = engine?.ofToday ?? settings.compression.engine
        cutter = EntryCutter(MemberReader(members, from: stores), modified: window.opensAt.seconds)
    }

    /// Objects that could not be read so far.
    var missing: [MissingMember] { cutter.missing }

    /// Objects that their store refused so far.
    var failed: [FailedMember] { cutter.failed }

    /// Buckets of which something was read so far.
    var readable: Set<String> { cutter.readable }

    /// The next archive; nil when every object is in one, missing or refused.
    /// - Throws: errors of the store or of the disk.
    func next(part: Int) async throws -> PackedArchive? {
        let file = try ArchiveFile(engine)
        let end = settings.archiveTime.map { ContinuousClock.now + $0 }
        while let next = try await nextPiece() {
            let isOver = end.map { $0 < .now } ?? false
            guard file.hasRoom(for: next.piece, next.bytes, limit: isOver ? 0 : settings.archiveBytes) else {
                pending = next
                break
            }
            try await onThread(named: "relay-spool") { try file.append(next.piece, next.bytes) }
        }
        guard !file.isEmpty else { return nil }
        return try await onThread(named: "relay-finish") { [window] in try file.finish(window, part: part) }
    }

    private func nextPiece() async throws -> Compressed? {
        if let piece = pending {
            pending = nil
            return piece
        }
        // One more than threads, so that none waits for the file.
        while !isRead, compressions.count <= settings.threads {
            guard let piece = try await cutter.next() else {
                isRead = true
                break
            }
            compressions.add { [engine] in
                try await onThread(named: "relay-pack") { (piece, engine.compress(piece.bytes)) }
            }
        }
        return try await compressions.next()
    }
}

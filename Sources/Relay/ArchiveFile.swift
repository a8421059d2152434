import Foundation
import OpenSSL
import Storage

/// An archive as it is to be stored.
struct PackedArchive: Sendable {
    var archive: RelayArchive
    var file: TemporaryFile
    var members: [PackedMember]
}

/// One archive while it is packed: its compressed entries wait on disk until the manifest is known, which stands before them.
///
/// Each piece is a member of the gzip file, or a frame of the zstd file, and so are manifest and end: whoever reads all of them one after the other
/// has the tar.
final class ArchiveFile: @unchecked Sendable {  // because its owner awaits each call before the next
    /// Of a line of the manifest, beside the key and the entry's name.
    private static let lineSize = 300
    private static let copySize = 1 << 20

    private let engine: ArchiveEngine
    private let entries: TemporaryFile
    private var members: [PackedMember] = []
    private var manifestSize = 0

    init(_ engine: ArchiveEngine) throws {
        self.engine = engine
        entries = try TemporaryFile()
    }

    var isEmpty: Bool { entries.byteCount == 0 }

    /// - Parameter bytes: of the piece, compressed.
    /// - Returns: whether it fits; the manifest is counted as it is before compression, a large object likewise.
    func hasRoom(for piece: TarPiece, _ bytes: [UInt8], limit: Int) -> Bool {
        guard piece.isBoundary, !isEmpty else { return true }
        let size = max(bytes.count, piece.largeSize) + Self.manifestSize(of: piece)
        return entries.byteCount + manifestSize + size <= limit
    }

    func append(_ piece: TarPiece, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(entries.write)
        members += piece.members
        manifestSize += Self.manifestSize(of: piece)
    }

    /// Writes the whole archive into a file.
    func finish(_ window: RelayWindow, part: Int) throws -> PackedArchive {
        let opensAt = window.opensAt
        let file = try TemporaryFile()
        let hash = SHA256()
        func write(_ bytes: [UInt8]) throws {
            hash.update(bytes)
            try bytes.withUnsafeBytes(file.write)
        }
        try write(engine.compress(manifestEntry(opensAt, part)))
        for start in stride(from: 0, to: entries.byteCount, by: Self.copySize) {
            try write(entries.bytes(at: start, count: Self.copySize))
        }
        try write(engine.compress(TarHeader.end))
        let sha256 = hash.finish().hex
        let archive = RelayArchive(
            opensAt: opensAt, target: window.target, part: part,
            key: RelayArchive.key(of: window, part: part, sha256: sha256, format: engine.format), sha256: sha256,
            byteCount: file.byteCount, memberCount: members.count, engine: engine)
        return PackedArchive(archive: archive, file: file, members: members)
    }

    private func manifestEntry(_ opensAt: WindowTime, _ part: Int) -> [UInt8] {
        let bytes = Manifest(window: opensAt.description, part: part, members: members.map(Manifest.Member.init)).bytes
        return TarHeader(name: EntryName.manifest, size: bytes.count, modified: opensAt.seconds).bytes + bytes
            + [UInt8](repeating: 0, count: TarHeader.padding(after: bytes.count))
    }

    private static func manifestSize(of piece: TarPiece) -> Int {
        piece.members.reduce(0) { $0 + lineSize + 2 * $1.member.key.utf8.count }
    }
}

extension Manifest.Member {
    fileprivate init(_ packed: PackedMember) {
        self.init(
            bucket: packed.member.bucket, key: packed.member.key, version: packed.member.version,
            etag: packed.member.etag, size: packed.size, sha256: packed.sha256, name: packed.member.name)
    }
}

import Foundation
import OpenSSL
import Storage

/// An archive as it is to be stored.
struct PackedArchive: Sendable {
    var archive: RelayArchive
    var file: TemporaryFile
    /// Where it begins in its file, which ends with it.
    var offset = 0
    var members: [PackedMember]
}

/// One archive while it is packed: its compressed entries lie on disk behind a gap, which the manifest fills when it is known.
///
/// Each piece is a member of the gzip file, or a frame of the zstd file, and so are manifest and end: whoever reads all of them one after the other
/// has the tar.
final class ArchiveFile: @unchecked Sendable {  // because its owner awaits each call before the next
    /// Of a line of the manifest, beside the key and the entry's name.
    private static let lineSize = 300
    /// More than any manifest that fits into memory has compressed.
    private static let gap = 1 << 32

    private let engine: ArchiveEngine
    private let file: TemporaryFile
    private var members: [PackedMember] = []
    /// Of the manifest.
    private var lines: [UInt8] = []
    /// As it is reckoned for the bound.
    private var manifestSize = 0

    init(_ engine: ArchiveEngine) throws {
        self.engine = engine
        file = try TemporaryFile(gap: Self.gap)
    }

    var isEmpty: Bool { file.byteCount == 0 }

    /// - Parameter bytes: of the piece, compressed.
    /// - Returns: whether it fits; the manifest is counted as it is before compression, a large object likewise.
    func hasRoom(for piece: TarPiece, _ bytes: [UInt8], limit: Int) -> Bool {
        guard piece.isBoundary, !isEmpty else { return true }
        let size = max(bytes.count, piece.largeSize) + Self.manifestSize(of: piece)
        return file.byteCount + manifestSize + size <= limit
    }

    func append(_ piece: TarPiece, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes(file.write)
        for member in piece.members { Manifest.Member(member).append(to: &lines) }
        members += piece.members
        manifestSize += Self.manifestSize(of: piece)
    }

    /// Completes the archive with manifest and end.
    func finish(_ window: RelayWindow, part: Int) throws -> PackedArchive {
        let opensAt = window.opensAt
        try engine.compress(TarHeader.end).withUnsafeBytes(file.write)
        let offset = try engine.compress(manifestEntry(opensAt, part)).withUnsafeBytes(file.fillGap)
        let byteCount = Self.gap + file.byteCount - offset
        let hash = SHA256()
        try file.forEachPiece(from: offset, hash.update)
        let sha256 = hash.finish().hex
        let archive = RelayArchive(
            opensAt: opensAt, target: window.target, part: part,
            key: RelayArchive.key(of: window, part: part, sha256: sha256, format: engine.format), sha256: sha256,
            byteCount: byteCount, memberCount: members.count, engine: engine)
        return PackedArchive(archive: archive, file: file, offset: offset, members: members)
    }

    private func manifestEntry(_ opensAt: WindowTime, _ part: Int) -> [UInt8] {
        let bytes = Manifest.bytes(window: opensAt.description, part: part, lines: lines)
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

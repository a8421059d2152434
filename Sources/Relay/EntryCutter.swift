import Foundation
import Storage

/// An object that is in an archive.
struct PackedMember: Sendable {
    var member: RelayMember
    var size: Int
    /// Hexadecimal.
    var sha256: String
}

/// A piece of an archive's tar, to be compressed by itself.
struct TarPiece: Sendable {
    var bytes: [UInt8] = []
    /// Whose entries end here.
    var members: [PackedMember] = []
    /// Whether an archive may begin here.
    var isBoundary = true
    /// Bytes of the large object that begins here; 0 if none does.
    var largeSize = 0
}

/// Turns objects into pieces of tar of about a megabyte, in their order.
///
/// A piece begins where an entry begins, large ones apart, which are cut: where pieces begin depends only on the objects since
/// the last boundary, so that the same objects give the same pieces again.
struct EntryCutter {
    /// Large enough to compress well by itself.
    private static let pieceSize = 1 << 20
    /// So many objects in a row may be refused; with one more it is the store that is away.
    private static let refusalsOfObjects = 3

    /// Objects that could not be read so far.
    private(set) var missing: [MissingMember] = []
    /// Objects that their store refused so far.
    private(set) var failed: [FailedMember] = []
    /// Buckets of which something was read so far.
    private(set) var readable: Set<String> = []

    private let reader: MemberReader
    /// Of every entry, in seconds since 1970.
    private let modified: Int
    private var failuresInARow = 0
    private var piece = TarPiece()
    private var large: LargeEntry?

    private struct LargeEntry {
        var file: TemporaryFile
        var packed: PackedMember
        var offset = 0
    }

    init(_ reader: MemberReader, modified: Int) {
        self.reader = reader
        self.modified = modified
    }

    /// Nil after the last.
    mutating func next() async throws -> TarPiece? {
        while true {
            if piece.bytes.count >= Self.pieceSize || (large != nil && large?.offset == 0 && !piece.bytes.isEmpty) {
                return take()
            }
            if large != nil { return try cutLarge() }
            guard let (member, fetched) = try await reader.next() else { return piece.bytes.isEmpty ? nil : take() }
            switch fetched {
            case .missing(let member): missing.append(member)
            case .failed(let member): try fail(member)
            case .bytes(let bytes, let sha256):
                succeed(member)
                add(PackedMember(member: member, size: bytes.count, sha256: sha256), bytes)
            case .file(let file, let sha256):
                succeed(member)
                large = LargeEntry(
                    file: file, packed: PackedMember(member: member, size: file.byteCount, sha256: sha256))
            }
        }
    }

    /// - Throws: the error of the store, if it refuses one after the other: it is away then, and not the object bad.
    private mutating func fail(_ member: FailedMember) throws {
        failed.append(member)
        failuresInARow += 1
        if failuresInARow > Self.refusalsOfObjects { throw member.error }
    }

    private mutating func succeed(_ member: RelayMember) {
        readable.insert(member.bucket)
        failuresInARow = 0
    }

    private mutating func take() -> TarPiece {
        defer { piece = TarPiece() }
        return piece
    }

    private mutating func add(_ packed: PackedMember, _ bytes: [UInt8]) {
        if piece.bytes.isEmpty { piece.bytes.reserveCapacity(Self.pieceSize + bytes.count + 2 * TarHeader.blockSize) }
        piece.bytes += header(packed)
        piece.bytes += bytes
        piece.bytes += [UInt8](repeating: 0, count: TarHeader.padding(after: bytes.count))
        piece.members.append(packed)
    }

    private func header(_ packed: PackedMember) -> [UInt8] {
        TarHeader(name: packed.member.name, size: packed.size, modified: modified).bytes
    }

    /// The next piece of the large entry.
    private mutating func cutLarge() throws -> TarPiece? {
        guard var entry = large else { return nil }
        var piece = TarPiece(isBoundary: entry.offset == 0, largeSize: entry.offset == 0 ? entry.packed.size : 0)
        if entry.offset == 0 { piece.bytes = header(entry.packed) }
        piece.bytes += try entry.file.bytes(at: entry.offset, count: Self.pieceSize)
        entry.offset += Self.pieceSize
        large = entry
        if entry.offset >= entry.packed.size {
            piece.bytes += [UInt8](repeating: 0, count: TarHeader.padding(after: entry.packed.size))
            piece.members = [entry.packed]
            large = nil
        }
        return piece
    }
}

import Foundation
import OpenSSL
import Storage
import Threads

/// An object as it was read: in memory if it is small, else in a file without a name.
enum FetchedMember: Sendable {
    case bytes([UInt8], sha256: String)
    case file(TemporaryFile, sha256: String)
    case missing(MissingMember)
    case failed(FailedMember)
}

/// Reads the objects of a window: many at once, in bounded memory, and hands them on in their order.
final class MemberReader {
    /// Objects up to this size stay in memory.
    private static let memoryLimit = 1 << 20
    /// Of a large object, in one request.
    private static let pieceSize = 8 << 20
    private static let concurrency = 24
    /// Bytes of objects that were asked for and not handed on; one object may be larger.
    private static let budget = 32 << 20

    private let stores: any ObjectStores
    private var rest: ArraySlice<RelayMember>
    private let fetches = OrderedTasks<(RelayMember, FetchedMember)>()

    init(_ members: some Sequence<RelayMember>, from stores: any ObjectStores) {
        rest = Array(members)[...]
        self.stores = stores
    }

    /// The next object; nil after the last.
    /// - Throws: errors of the store, which are for trying again.
    func next() async throws -> (RelayMember, FetchedMember)? {
        while let member = rest.first, hasRoom(for: member.size ?? Self.pieceSize) {
            rest.removeFirst()
            fetches.add(weight: member.size ?? Self.pieceSize) { [stores] in
                (member, try await Self.fetch(member, from: try stores.store(bucket: member.bucket)))
            }
        }
        return try await fetches.next()
    }

    private func hasRoom(for size: Int) -> Bool {
        fetches.count == 0 || (fetches.count < Self.concurrency && fetches.weight + size <= Self.budget)
    }

    private static func fetch(_ member: RelayMember, from store: any ObjectStore) async throws -> FetchedMember {
        do {
            // What an event says of the size is a hint: what comes is what counts.
            let isLarge = member.size.map { $0 > memoryLimit } ?? false
            let first = try await piece(of: member, at: 0, isLarge ? pieceSize : memoryLimit + 1, from: store)
            guard first.count > memoryLimit else { return .bytes(first, sha256: SHA256.hash(first).hex) }
            return try await spool(member, first, isWhole: isLarge && first.count < pieceSize, from: store)
        } catch let error as ObjectStoreError where error.isGone {
            return .missing(try await reason(member, in: store))
        } catch let error where error is CancellationError || error is TemporaryFileError || Task.isCancelled {
            throw error
        } catch {
            return .failed(FailedMember(member: member, error: error))
        }
    }

    /// In pieces of the very same object, until one is short.
    private static func spool(
        _ member: RelayMember, _ first: [UInt8], isWhole: Bool, from store: any ObjectStore
    ) async throws -> FetchedMember {
        let file = try TemporaryFile()
        let hash = SHA256()
        var (bytes, isLast) = (first, isWhole)
        while true {
            hash.update(bytes)
            try await onThread(named: "relay-spool") { [bytes] in try bytes.withUnsafeBytes(file.write) }
            if isLast { return .file(file, sha256: hash.finish().hex) }
            bytes = try await piece(of: member, at: file.byteCount, pieceSize, from: store)
            isLast = bytes.count < pieceSize
        }
    }

    private static func piece(
        of member: RelayMember, at start: Int, _ count: Int, from store: any ObjectStore
    ) async throws -> [UInt8] {
        try await store.read(member.key, version: member.versionID, etag: member.etag, range: start..<start + count)
    }

    private static func reason(_ member: RelayMember, in store: any ObjectStore) async throws -> MissingMember {
        guard let now = try await store.head(member.key) else {
            return MissingMember(member: member, state: .gone, problem: "it was deleted before it was read")
        }
        return MissingMember(
            member: member, state: .altered,
            problem: "it was replaced before it was read: its ETag is '\(now.etag)' and was '\(member.etag)'")
    }
}

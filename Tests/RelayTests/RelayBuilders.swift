import Foundation
import Logging
import OpenSSL
import Postgres
import TestSupport
import Testing
import Threads

@testable import Relay
@testable import Storage

/// Objects in memory: keys of any kind, and objects that go away between the event and the reading.
final class MemoryStore: ObjectStore, ObjectStores {
    private let objects = Locked<[[UInt8]: [UInt8]]>([:])

    func set(_ key: String, _ bytes: [UInt8]?) { objects.withLock { $0[Array(key.utf8)] = bytes } }

    private func bytes(_ key: String, etag: String?) throws -> [UInt8] {
        guard let bytes = objects.withLock({ $0[Array(key.utf8)] }), etag == nil || etag == Self.etag(bytes) else {
            throw ObjectStoreError(reason: "'\(key)' was deleted or replaced", isGone: true)
        }
        return bytes
    }

    static func etag(_ bytes: [UInt8]) -> String { String(SHA256.hash(bytes).hex.prefix(32)) }

    func store(bucket: String) -> any ObjectStore { self }
    func reports() -> any ObjectStore { self }
    func put(_ key: String, contentsOf path: String) throws {
        set(key, Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }
    func get(
        _ key: String, version: String?, etag: String?,
        receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try bytes(key, etag: etag).withUnsafeBytes(receive)
    }
    func read(_ key: String, version: String?, etag: String?, range: Range<Int>?) throws -> [UInt8] {
        let bytes = try bytes(key, etag: etag)
        return range.map { Array(bytes[$0.clamped(to: bytes.indices)]) } ?? bytes
    }
    func head(_ key: String) -> ObjectInfo? {
        objects.withLock { $0[Array(key.utf8)] }.map {
            ObjectInfo(key: key, size: $0.count, etag: Self.etag($0), version: nil, lastModified: Date())
        }
    }
    func list(prefix: String, after key: String?) -> [ObjectInfo] { [] }
    func delete(_ key: String) { set(key, nil) }
    func link(to key: String, isForHead: Bool) -> ObjectLink { ObjectLink(url: key, expiresAt: nil) }
    func uploadLink(to key: String, sha256: String?) -> UploadLink? { nil }
}

extension RelayWindow {
    static func make(
        _ opensAt: String = "2026-11-21T16:50:00Z", attempt: Int = 1, name: String = "", target: String = "",
        archivePrefix: String? = nil
    ) -> RelayWindow {
        let opensAt = WindowTime(opensAt)!
        return RelayWindow(
            opensAt: opensAt, closesAt: WindowTime(microseconds: opensAt.microseconds + 60_000_000), state: .packing,
            attempt: attempt, name: name, target: target, archivePrefix: archivePrefix)
    }
}

extension RelayMember {
    static func make(_ key: String, _ bytes: [UInt8], bucket: String = "inbox") -> RelayMember {
        RelayMember(
            bucket: bucket, key: key, version: MemoryStore.etag(bytes), etag: MemoryStore.etag(bytes), size: bytes.count
        )
    }
}

/// Packs objects as the pipeline does.
func packed(
    _ objects: [(key: String, bytes: [UInt8])], limit: Int = RelaySettings().archiveBytes, threads: Int = 2,
    _ change: (inout RelaySettings) -> Void = { _ in }
) async throws -> [PackedArchive] {
    let store = MemoryStore()
    for (key, bytes) in objects { store.set(key, bytes) }
    let sorted = objects.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    var members = sorted.map { RelayMember.make($0.key, $0.bytes) }
    for (index, name) in EntryName.names(of: members.map(\.key)).enumerated() { members[index].name = name }
    var settings = RelaySettings()
    settings.archiveBytes = limit
    settings.threads = threads
    change(&settings)
    let packer = ArchivePacker(.make(), members, from: store, settings)
    var archives: [PackedArchive] = []
    while let archive = try await packer.next(part: archives.count + 1) { archives.append(archive) }
    return archives
}

/// The same bytes for the same seed; half of it compresses.
func relayBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return index % 100 < 50 ? UInt8(index % 50) : UInt8(truncatingIfNeeded: state >> 33)
    }
}

extension Session {
    /// Windows that were handed out, by a column.
    func handedOut(by column: String) throws -> String? {
        try first(
            """
            select string_agg(value || ' ' || windows, ', ' order by value) from (
                select \(identifier: column) as value, count(*) as windows from relay.windows where state = 'packing' group by 1) n
            """)?[0]
    }

    /// One that was handed out and not begun, of a value of a column.
    func begin(_ value: String, by column: String) throws -> RelayWindow? {
        let row = try first(
            """
            select (extract(epoch from opens_at) * 1000000)::bigint as at from relay.windows
            where \(identifier: column) = \(value)::text and state = 'packing' order by attempt, opens_at limit 1
            """)
        return try beginWindow(WindowTime(microseconds: try #require(row).get("at")))
    }
}

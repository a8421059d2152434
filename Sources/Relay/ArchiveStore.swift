package import Foundation
import Storage

/// Where archives go: a bucket of another store.
package protocol ArchiveStore: Sendable {
    /// Stores an archive under its key with one request, whole or not at all.
    /// - Parameters:
    ///   - path: of its file.
    ///   - offset: where it begins there; it goes on to the end of the file.
    ///   - replaces: whether an object of that key is replaced; else it is left alone, which is not an error, where the store can
    ///     tell.
    func put(_ archive: RelayArchive, contentsOf path: String, from offset: Int, replaces: Bool) async throws

    /// What the store says of an archive; nil if it has none of that key.
    func look(_ key: String) async throws -> StoredArchive?

    /// Looks whether the store can be used: it is there, and the credentials are good.
    /// - Throws: the reason why not.
    func check() async throws

    /// Streams an archive in bounded memory.
    /// - Parameter receive: off Swift's pool, may block; what it throws ends the transfer.
    func get(_ key: String, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws
}

/// This process does not know where a target is.
package struct UnknownTarget: Error, CustomStringConvertible, Equatable {
    /// Empty: that without a name.
    var name: String

    package var description: String { "this process knows no such target: set \(Self.variable(of: name))" }

    /// That says where a target is.
    package static func variable(of name: String) -> String {
        let name = name.uppercased().replacing("-", with: "_")
        return name.isEmpty ? "CATALOG_RELAY_TARGET" : "CATALOG_RELAY_TARGET_\(name)"
    }
}

/// An archive as its store describes it.
package struct StoredArchive: Sendable, Equatable {
    package var byteCount: Int
    /// Every SHA-256 that the store knows of it, hexadecimal: what was sent along, and what it computed.
    package var checksums: [String]

    /// Why it is not the archive that was meant; nil if it is.
    func difference(from archive: RelayArchive) -> String? {
        if byteCount != archive.byteCount { return "has \(byteCount) bytes instead of \(archive.byteCount)" }
        if checksums.isEmpty { return "has no checksum" }
        if let wrong = checksums.first(where: { $0 != archive.sha256 }) {
            return "has the SHA-256 '\(wrong)' instead of '\(archive.sha256)'"
        }
        return nil
    }
}

/// An archive that is not there as it was sent.
package struct ArchiveMismatch: Error, CustomStringConvertible, Equatable {
    static let missing = "is not there"

    var key: String
    var problem: String

    package var description: String { "the target's '\(key)' \(problem): nothing was deleted; look at the target" }
}

/// Archives as files below a folder, for trying out.
package struct FileArchiveStore: ArchiveStore {
    private let objects: FileObjectStore

    /// - Parameter root: made when the first archive is stored.
    package init(root: URL) {
        objects = FileObjectStore(root: root)
    }

    package func put(_ archive: RelayArchive, contentsOf path: String, from offset: Int, replaces: Bool) async throws {
        if !replaces, try await objects.head(archive.key) != nil { return }
        try await objects.put(archive.key, contentsOf: path, from: offset)
    }

    package func check() async throws { _ = try await objects.list(prefix: "relay/", after: nil) }

    package func look(_ key: String) async throws -> StoredArchive? {
        guard let info = try await objects.head(key) else { return nil }
        let digest = StreamedDigest()
        try await get(key, receive: digest.update)
        return StoredArchive(byteCount: info.size, checksums: [digest.finish()])
    }

    package func get(_ key: String, receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await objects.get(key, version: nil, etag: nil, receive: receive)
    }
}

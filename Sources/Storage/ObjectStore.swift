package import Foundation

/// One bucket: objects by key, such as `errors/VEND001/UPLOAD_…_errors.csv`.
package protocol ObjectStore: Sendable {
    /// Stores a local file under a key, whole or not at all; an object of that key is replaced.
    func put(_ key: String, contentsOf path: String) async throws

    /// Streams an object in bounded memory.
    /// - Parameters:
    ///   - version: of a store with versions; nil takes the newest.
    ///   - etag: what the object must still be; nil takes any.
    ///   - receive: off Swift's pool, may block; what it throws ends the transfer.
    /// - Throws: `ObjectStoreError`, with `isGone` if the object does not exist any more.
    func get(
        _ key: String, version: String?, etag: String?,
        receive: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) async throws

    /// A part of an object in memory: for whole small ones and for pieces of large ones.
    /// - Parameters:
    ///   - range: bytes, at most 16 MiB; those behind the end are left out. Nil is the whole.
    ///   - version, etag: as for `get`.
    /// - Throws: `ObjectStoreError`, with `isGone` if the object does not exist any more.
    func read(_ key: String, version: String?, etag: String?, range: Range<Int>?) async throws -> [UInt8]

    /// What is known of an object without reading it; nil if there is none.
    func head(_ key: String) async throws -> ObjectInfo?

    /// Objects whose key begins with a prefix, in the order of their keys' bytes.
    /// - Parameters:
    ///   - key: the page begins behind it; nil begins at the start.
    /// - Returns: at most 1000; none after the last.
    func list(prefix: String, after key: String?) async throws -> [ObjectInfo]

    /// Succeeds if there is nothing to delete.
    func delete(_ key: String) async throws

    /// A link a person can open, for 7 days where links end and the credentials live that long.
    /// - Parameter isForHead: whether it is for HEAD, which a link for GET does not take.
    func link(to key: String, isForHead: Bool) async throws -> ObjectLink

    /// A link to which anybody can PUT an object for 24 hours.
    /// - Parameter sha256: what the object must have, in hexadecimal digits; nil takes any.
    /// - Returns: nil if the store takes nothing from outside.
    func uploadLink(to key: String, sha256: String?) async throws -> UploadLink?
}

extension ObjectStore {
    /// A link a person can open.
    package func link(to key: String) async throws -> ObjectLink { try await link(to: key, isForHead: false) }
}

/// An object as the store lists it.
package struct ObjectInfo: Sendable, Equatable {
    package var key: String
    /// Bytes.
    package var size: Int
    /// Without quotes; changes with the content.
    package var etag: String
    /// Nil in a store without versions, and in a list.
    package var version: String?
    package var lastModified: Date
}

/// A link to an object.
package struct ObjectLink: Sendable, Equatable {
    package var url: String
    /// When it surely still works; nil if it never ends.
    package var expiresAt: Date?
}

/// A link that takes an object.
package struct UploadLink: Sendable, Equatable {
    package var url: String
    package var expiresAt: Date
    /// Names and values that the PUT must have.
    package var headers: [String: String]
}

/// The stores of a process, one for each bucket.
package protocol ObjectStores: Sendable {
    /// - Throws: if this process has no such bucket.
    func store(bucket: String) throws -> any ObjectStore

    /// Where reports go.
    func reports() throws -> any ObjectStore
}

/// An object that cannot be stored or read.
package struct ObjectStoreError: Error, CustomStringConvertible, Equatable {
    package var reason: String
    /// There is no such object, or not the one that was meant.
    package var isGone: Bool

    package init(reason: String, isGone: Bool = false) {
        self.reason = reason
        self.isGone = isGone
    }

    /// What failed and why.
    package var description: String { reason }
}

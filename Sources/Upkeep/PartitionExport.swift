import Foundation
import OpenSSL
import Postgres
import Storage
import Zlib

/// A partition as it stands in the store.
struct ExportedPartition: Sendable, Equatable {
    var key: String
    var rows: Int
    /// Of the compressed file.
    var bytes: Int
    var sha256: String
    /// Of the rows as CSV.
    var contentSHA256: String
}

/// Writes a partition into the store of reports, as a compressed CSV file that is named by its contents.
struct PartitionExport: Sendable {
    let pool: Pool
    let store: any ObjectStore

    /// Stores the rows, and reads the file back before anybody relies on it.
    /// - Throws: `ExportDamaged`; what stops the store or the database.
    func run(_ table: PartitionedTable, _ release: Release, progress: @escaping @Sendable () -> Void) async throws
        -> ExportedPartition
    {
        let spool = try TemporaryFile()
        let (rows, content, sum) = try await pool.transaction(.readOnlySnapshot) { session in
            let (content, sum) = (SHA256(), SHA256())
            let gzip = GzipWriter { piece in
                sum.update(piece)
                try spool.write(piece)
            }
            let rows = try session.copyOut(table, release.partition) { row in
                content.update(row)
                try gzip.write(row)
                progress()
            }
            try gzip.finish()
            return (rows, content.finish().hex, sum.finish().hex)
        }
        let key = Self.key(table, release, content)
        try await store.put(key, contentsOf: spool)
        guard try await store.sha256(of: key, progress) == sum else { throw ExportDamaged(key: key) }
        return ExportedPartition(
            key: key, rows: rows, bytes: spool.byteCount, sha256: sum, contentSHA256: content)
    }

    /// Of the rows as they are now: whether they are still those of the file.
    func contentSHA256(_ table: PartitionedTable, _ name: String, _ progress: @escaping @Sendable () -> Void)
        async throws -> String
    {
        try await pool.transaction(.readOnlySnapshot) { session in
            let content = SHA256()
            try session.copyOut(table, name) { row in
                content.update(row)
                progress()
            }
            return content.finish().hex
        }
    }

    private static func key(_ table: PartitionedTable, _ release: Release, _ content: String) -> String {
        let from = release.from.map { String($0.prefix(10)) } ?? "begin"
        return "retention/\(table.fullName)/\(from)_\(release.until.prefix(10))-\(content.prefix(16)).csv.gz"
    }
}

/// What was stored is not what was written: the partition stays.
struct ExportDamaged: Error, CustomStringConvertible {
    var key: String
    var description: String { "'\(key)' was read back from the store with another checksum" }
}

extension ObjectStore {
    /// Of the whole object, 64 hexadecimal digits.
    func sha256(of key: String, _ progress: @escaping @Sendable () -> Void) async throws -> String {
        let spool = try TemporaryFile()
        try await get(key, version: nil, etag: nil) { piece in
            try spool.write(piece)
            progress()
        }
        return try spool.sha256()
    }
}

extension TemporaryFile {
    /// Of the bytes written so far, 64 hexadecimal digits.
    func sha256() throws -> String {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { buffer.deallocate() }
        let (hash, read) = (SHA256(), reader())
        while case let count = try read(buffer), count > 0 {
            hash.update(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        }
        return hash.finish().hex
    }
}

extension Session {
    /// - Returns: rows, without the header.
    @discardableResult
    fileprivate func copyOut(
        _ table: PartitionedTable, _ partition: String, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Int {
        _ = try query(PartitionedTable.writePlainly)
        return try copyOut(table.copyOut(partition), body)
    }
}

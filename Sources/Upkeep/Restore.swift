import Foundation
package import Postgres
package import Storage
import Text
import Zlib

/// Brings a released partition back into its table.
package struct Restore: Sendable {
    private let pool: Pool
    private let store: any ObjectStore
    private let patience = LockPatience()

    package init(pool: Pool, store: any ObjectStore) {
        self.pool = pool
        self.store = store
    }

    /// - Parameter days: for which it stays.
    /// - Returns: rows.
    /// - Throws: `RestoreRefused`; what stops the store or the database.
    @discardableResult
    package func run(_ id: Int, days: Int) async throws -> Int {
        let (release, table) = try await find(id)
        guard let key = release.key, let sum = release.sha256 else { throw RestoreRefused.hasNoCopy(id) }
        let spool = try TemporaryFile()
        try await store.get(key, version: nil, etag: nil) { try spool.write($0) }
        guard try spool.sha256() == sum else { throw RestoreRefused.isDamaged(key: key) }
        let columns = try Self.columns(spool)
        let name = "\(table.name)_restored_\(id)"
        return try await patience.whenLockIsFree {
            try await pool.transaction { session in
                try session.prepare(name, of: table)
                let rows = try session.copyIn(table.copyIn(name, columns: columns)) { writer in
                    try GzipReader.forEachPiece(of: spool) { try writer.write($0) }
                }
                guard rows == release.rows else { throw RestoreRefused.isDamaged(key: key) }
                try session.attach(name, of: table, from: release.fromDate, until: release.untilDate)
                try session.execute(Release.restore(id, partition: name, days: days))
                return rows
            }
        }
    }

    private func find(_ id: Int) async throws -> (Release, PartitionedTable) {
        try await pool.run { session in
            guard let release = try session.release(id) else { throw RestoreRefused.isUnknown(id) }
            guard release.state == .released else { throw RestoreRefused.isHere(id, release.state) }
            guard let table = try session.partitionedTables().first(where: { $0.fullName == release.table }) else {
                throw RestoreRefused.isUnknown(id)
            }
            return (release, table)
        }
    }

    /// The names in the file's first line: the table may have others by now.
    private static func columns(_ spool: TemporaryFile) throws -> [String] {
        var header: [UInt8] = []
        do {
            try GzipReader.forEachPiece(of: spool) { piece in
                header += piece.prefix { $0 != UInt8(ascii: "\n") }
                if piece.contains(UInt8(ascii: "\n")) { throw HeaderRead() }
            }
        } catch is HeaderRead {}
        return String(decoding: header, as: UTF8.self).split(separator: ",").map(String.init)
    }

    private struct HeaderRead: Error {}
}

extension Session {
    /// Makes a table for what comes back.
    fileprivate func prepare(_ partition: String, of table: PartitionedTable) throws {
        if table.isHistory {
            _ = try query(table.prepareHistory(partition))
        } else {
            try execute(PartitionedTable.waitBriefly)
            try execute(table.actAsOwner())
            try makePartition(partition, of: table)
        }
    }

    /// What comes back into the history has to be what left.
    fileprivate func attach(_ partition: String, of table: PartitionedTable, from: Date?, until: Date?) throws {
        if table.isHistory {
            _ = try query(table.restoreHistory(partition, from: from, until: until))
        } else {
            try execute(table.attach(partition, from: from, until: until))
        }
    }
}

extension Release {
    fileprivate var fromDate: Date? { from.flatMap { try? Date($0, strategy: .timestamp) } }
    fileprivate var untilDate: Date? { try? Date(until, strategy: .timestamp) }
}

extension GzipReader {
    /// - Parameter body: takes unpacked bytes, valid only during the call.
    fileprivate static func forEachPiece(
        of spool: TemporaryFile, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 17, alignment: 16)
        defer { buffer.deallocate() }
        let gzip = GzipReader(read: spool.reader())
        while case let count = try gzip.read(into: buffer), count > 0 {
            try body(UnsafeRawBufferPointer(rebasing: buffer.prefix(count)))
        }
    }
}

/// A partition that cannot be brought back.
package enum RestoreRefused: Error, Equatable, CustomStringConvertible {
    case isUnknown(Int)
    case isHere(Int, Release.State)
    case hasNoCopy(Int)
    case isDamaged(key: String)

    package var description: String {
        switch self {
        case .isUnknown(let id): "no released partition \(id): catalog retention status lists them"
        case .isHere(let id, .restored): "partition \(id) is back already: catalog retention status says until when"
        case .isHere(let id, _): "partition \(id) is on its way out: try again when it is released"
        case .hasNoCopy(let id): "partition \(id) was dropped without a copy, as its table is registered"
        case .isDamaged(let key): "'\(key)' is not the file that was stored: its checksum differs"
        }
    }
}

import Foundation

/// A partition that was taken out of its table: a row of `retention.released_partitions`.
package struct Release: Sendable, Equatable, Codable {
    package enum State: String, Sendable, Codable {
        /// Exported, then detached, then dropped: goes on where it was cut off.
        case leaving
        /// Dropped.
        case released
        /// Back in its table for a while.
        case restored
    }

    package var id: Int
    /// With its schema.
    package var table: String
    package var partition: String
    /// Nil is the beginning of time.
    package var from: String?
    package var until: String
    package var state: State
    package var rows: Int?
    /// Of the compressed file.
    package var bytes: Int?
    /// In the store of reports; nil for tables that are not archived.
    package var key: String?
    /// Of the compressed file.
    package var sha256: String?
    package var restoredUntil: String?
    /// Of the rows as CSV.
    var contentSHA256: String?

    enum CodingKeys: String, CodingKey {
        case id, table, partition, from, until, state, rows, bytes, key, sha256, restoredUntil
    }
}

/// For how long each table keeps its partitions.
package struct RetentionSettings: Sendable, Equatable {
    /// By the table's full name; what is missing is as the table is registered.
    package var keepDays: [String: Int]
    /// For how long a partition that was brought back stays.
    package var restoredDays = 30

    package init(keepDays: [String: Int] = [:]) {
        self.keepDays = keepDays
    }

    /// Nil keeps everything.
    package func keepDays(of table: PartitionedTable) -> Int? {
        (keepDays[table.fullName] ?? table.keepDays).map { max($0, table.minimumDays) }
    }
}

extension PartitionedTable {
    /// The partitions whose time is over.
    /// - Parameters:
    ///   - restored: names of those that were brought back and stay.
    func ended(_ partitions: [Partition], now: Date, keepDays: Int?, restored: Set<String>) -> [Partition] {
        guard let keepDays else { return [] }
        let horizon = now - Double(keepDays) * 24 * 3600
        return partitions.filter { partition in
            guard let until = partition.until else { return false }
            return until <= horizon && !restored.contains(partition.name)
        }
    }
}

package import Foundation
import Postgres

/// A table in partitions by time: a row of `retention.kept_tables`.
package struct PartitionedTable: Sendable, Equatable {
    package var schema: String
    package var name: String
    /// By which it is partitioned.
    var column: String
    package var period: Period
    /// Whole periods after the present one that have their partition.
    var ahead: Int
    /// A partition is released so many days after its end; nil keeps it.
    package var keepDays: Int?
    /// What no setting may go below.
    var minimumDays: Int
    /// Whether a partition is written into the store before it is dropped.
    package var isArchived: Bool
    /// A function that must agree before a partition is released.
    var releaseCheck: String?
    /// Whom its partitions belong to.
    var owner: String
    /// Versions of products are one table: a month of them becomes one of its own when it is released.
    var isPartitioned = true

    package var fullName: String { "\(schema).\(name)" }

    /// Of a partition that was the rest.
    func name(from: Date?, until bound: Date) -> String {
        "\(name)_" + (from.map(period.suffix) ?? "before_" + period.suffix(bound))
    }

    /// The partition that takes what no other does.
    var restName: String { "\(name)_rest" }
    /// The check by which the server knows, without looking at the rows, that a rest fits between its new bounds.
    var restCheck: String { "\(name)_rest_ends" }
}

/// A partition, by its bounds.
package struct Partition: Sendable, Equatable {
    package var name: String
    /// Nil is the beginning of time.
    package var from: Date?
    /// Nil is the end of time.
    package var until: Date?
    /// Its detaching was begun and not ended.
    var isDetaching = false
    package var byteCount = 0
    package var estimatedRows = 0
}

/// A table with its partitions as they are now.
struct PartitionLine: Sendable, Equatable {
    var table: PartitionedTable
    /// In the order of time.
    var partitions: [Partition]
    /// The time of the newest row in the rest; nil if it is empty.
    var newestInRest: Date?

    /// The partition that reaches to the end of time; nil while it is taken away.
    var rest: Partition? { partitions.last { $0.until == nil } }
    /// Up to when the others reach; nil if there are none.
    var coveredUntil: Date? { rest.map(\.from) ?? partitions.last?.until }
}

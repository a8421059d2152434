import Foundation
import Postgres

/// What an operator sees of partitions and retention.
package struct RetentionStatus: Sendable, Codable {
    package struct TableStatus: Sendable, Codable {
        /// With its schema.
        package var table: String
        package var period: Period
        /// Nil keeps everything.
        package var keepDays: Int?
        package var partitions: Int
        package var bytes: Int
        /// The beginning of the oldest partition; nil is the beginning of time.
        package var oldest: String?
        /// Up to when partitions are made; nil if there is only the rest.
        package var madeUntil: String?
        /// Partitions that the next run releases.
        package var ended: [Ended]
    }

    package struct Ended: Sendable, Codable {
        package var partition: String
        package var from: String?
        package var until: String
        package var bytes: Int
    }

    package var tables: [TableStatus]
    /// The newest first.
    package var releases: [Release]
    package var alerts: [UpkeepAlert]
}

extension Session {
    package func retentionStatus(_ settings: RetentionSettings) throws -> RetentionStatus {
        let now = try databaseTime()
        let tables = try partitionedTables().map { table in
            let partitions = try partitions(of: table)
            let ended = try endedPartitions(of: table, settings, now: now).map {
                RetentionStatus.Ended(
                    partition: $0.name, from: $0.from?.sqlText, until: $0.until?.sqlText ?? "", bytes: $0.byteCount)
            }
            return RetentionStatus.TableStatus(
                table: table.fullName, period: table.period, keepDays: settings.keepDays(of: table),
                partitions: partitions.count, bytes: partitions.reduce(0) { $0 + $1.byteCount },
                oldest: partitions.first?.from?.sqlText, madeUntil: partitions.compactMap(\.until).max()?.sqlText,
                ended: ended)
        }
        return try RetentionStatus(tables: tables, releases: releases(), alerts: upkeepAlerts())
    }
}

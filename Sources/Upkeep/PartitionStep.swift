import Foundation

/// What is to be done next so that a table has its partitions ahead of time. Whatever was cut off in the middle, the next look at the
/// table tells how to go on.
enum PartitionStep: Equatable {
    /// A detaching that was cut off comes to its end.
    case finishDetaching(String)
    /// The rest may be needed now, or has rows: it becomes a partition up to this moment, and a new rest begins there. Nothing is moved,
    /// but the table is locked for an instant.
    case cutRest(at: Date)
    /// The rest is empty and not needed for a while: it is taken away, for which nobody waits.
    case detachRest
    /// Partitions are made that begin at these moments, and the rest begins at the last.
    case extend(bounds: [Date])

    /// - Parameter now: of the database.
    /// - Returns: nil if nothing is missing.
    static func next(for line: PartitionLine, now: Date) -> PartitionStep? {
        if let cutOff = line.partitions.first(where: \.isDetaching) { return .finishDetaching(cutOff.name) }
        let period = line.table.period
        let present = period.start(of: now)
        let wanted = period.start(line.table.ahead + 1, after: present)
        guard let rest = line.rest else {
            return .extend(bounds: bounds(from: line.coveredUntil ?? present, through: wanted, period))
        }
        if let from = rest.from {
            if from >= wanted, line.newestInRest == nil { return nil }
            if line.newestInRest == nil, from >= soon(now) { return .detachRest }
        }
        let last = max(soon(now), line.newestInRest ?? now)
        return .cutRest(at: period.start(1, after: period.start(of: last)))
    }

    /// Until then rows may come into a rest while it is looked at, if clocks differ or a step takes long.
    private static func soon(_ now: Date) -> Date { now + 24 * 3600 }

    private static func bounds(from start: Date, through end: Date, _ period: Period) -> [Date] {
        var bounds = [start]
        while let last = bounds.last, last < end {
            bounds.append(period.start(1, after: period.start(of: last)))
        }
        return bounds
    }
}

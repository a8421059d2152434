import Foundation
import Text

/// The time that a partition spans, of UTC.
package enum Period: String, Sendable, Codable {
    case day, month

    /// The beginning of the period in which a moment lies.
    func start(of moment: Date) -> Date {
        // Every moment of the Gregorian calendar is in some day and some month.
        Self.calendar.dateInterval(of: component, for: moment)!.start
    }

    /// The beginning of a later period.
    /// - Parameter start: the beginning of one.
    func start(_ count: Int, after start: Date) -> Date {
        Self.calendar.date(byAdding: component, value: count, to: start)!
    }

    /// What a partition that begins at a moment is called after its table: `2026_11` or `2026_11_26`.
    func suffix(_ start: Date) -> String {
        let parts = Self.calendar.dateComponents([.year, .month, .day], from: start)
        let numbers = [parts.year!, parts.month!] + (self == .day ? [parts.day!] : [])
        return numbers.map { ($0 < 10 ? "0" : "") + String($0) }.joined(separator: "_")
    }

    private var component: Calendar.Component { self == .day ? .day : .month }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()
}

extension Date {
    /// Such as 2026-12-01T00:00:00.000Z, which PostgreSQL reads whatever its settings.
    var sqlText: String { formatted(.timestamp) }
}

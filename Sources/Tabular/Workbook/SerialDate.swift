/// A moment as workbooks count it: days since an epoch, in ISO 8601.
///
/// ECMA-376, part 1, 18.17.4.1. Day 60 of the epoch of 1900 is the 29th of February of that year, which never was: Excel shows it.
enum SerialDate {
    private static let dayMilliseconds = 86_400_000
    /// The last day of the year 9999, since 1900.
    private static let last = 2_958_465.0

    /// - Parameter hasDay: otherwise only the time of the day.
    /// - Returns: nil if it is beyond what Excel can show.
    static func text(_ value: Double, hasDay: Bool, hasTime: Bool, since1904: Bool) -> String? {
        let shifted = since1904 ? value + 1462 : value
        guard value >= 0, shifted < last + 1 else { return nil }
        // Without a time, what is beyond the day is not seen.
        let total = hasTime ? Int((shifted * Double(dayMilliseconds)).rounded()) : Int(shifted) * dayMilliseconds
        let (day, time) = total.quotientAndRemainder(dividingBy: dayMilliseconds)
        let dayText = self.day(day)
        guard hasTime else { return dayText }
        return hasDay ? "\(dayText)T\(self.time(time))" : self.time(time)
    }

    /// Time that goes on beyond a day: `26:30:00`.
    static func duration(_ value: Double) -> String? {
        guard abs(value) < last else { return nil }
        let total = Int((abs(value) * Double(dayMilliseconds)).rounded())
        return (value < 0 && total > 0 ? "-" : "") + time(total)
    }

    private static func day(_ serial: Int) -> String {
        if serial == 60 { return "1900-02-29" }
        // Days since 1970-01-01; before the day that never was, the count is one behind.
        let date = civil(serial - 25_569 + (serial < 60 ? 1 : 0))
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    }

    private static func time(_ milliseconds: Int) -> String {
        let seconds = milliseconds / 1000
        let rest = milliseconds % 1000
        let text = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return rest == 0 ? text : "\(text).\(padded(rest, 3))"
    }

    /// Howard Hinnant, chrono-Compatible Low-Level Date Algorithms, `civil_from_days`.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

import Foundation

/// The two spellings of a time in answers.
enum Timestamps {
    /// `2011-07-15T23:28:33.359Z`; a fraction of a second is dropped.
    static func iso8601(_ text: String) -> Date? {
        guard text.hasSuffix("Z") else { return nil }
        return try? Date(text.prefix(19) + "Z", strategy: .iso8601)  // nil says it
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
    static func httpDate(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, let month = months.firstIndex(where: { $0 == parts[2] }),
            let day = Int32(parts[1]), (1...31).contains(day), let year = Int32(parts[3]), (1...9999).contains(year)
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int32($0) }
        guard clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]), (0...60).contains(clock[2])
        else { return nil }
        // Every answer has two of them, and Foundation's parser takes ten times as long.
        var time = tm()
        (time.tm_year, time.tm_mon, time.tm_mday) = (year - 1900, Int32(month), day)
        (time.tm_hour, time.tm_min, time.tm_sec) = (clock[0], clock[1], clock[2])
        return Date(timeIntervalSince1970: TimeInterval(timegm(&time)))
    }
}

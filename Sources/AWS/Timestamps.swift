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
        guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])) else { return nil }
        let number = (month < 9 ? "0" : "") + String(month + 1)
        return iso8601("\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}

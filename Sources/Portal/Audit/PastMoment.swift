import API
import Foundation

/// A moment that somebody asks for, in UTC: with or without seconds and `Z`, as browsers' own fields write it.
struct PastMoment: Equatable {
    let date: Date

    init(_ date: Date) { self.date = date }

    /// - Throws: `Problem` if the text is none.
    init(_ text: String, of parameter: String) throws {
        let bare = text.hasSuffix("Z") ? String(text.dropLast()) : text
        let whole = bare.utf8.count == 16 ? bare + ":00" : bare
        guard let date = try? Date.ISO8601FormatStyle.iso8601.parse(whole + "Z") else {  // whatever is wrong with it
            throw Problem(.invalidParameter, "parameter '\(parameter)': \(Texts.needsMoment)")
        }
        self.date = date
    }

    /// RFC 3339, UTC.
    var text: String { date.formatted(.iso8601) }

    /// As fields of browsers have it.
    var field: String { String(text.dropLast()) }

    func minus(minutes: Int) -> PastMoment { PastMoment(date.addingTimeInterval(-60 * Double(minutes))) }
}

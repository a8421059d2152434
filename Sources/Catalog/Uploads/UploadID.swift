package import Foundation

/// Names of uploads: `UPLOAD_20241221_103045_7f3a9c`, the moment in UTC and 24 random bits.
package enum UploadID {
    /// - Parameters:
    ///   - date: the moment of the upload.
    ///   - random: only its low 24 bits are used.
    package static func make(at date: Date = Date(), random: UInt32 = .random(in: 0...0xFF_FFFF)) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let c = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
        let day = pad(c.year!, 4) + pad(c.month!, 2) + pad(c.day!, 2)
        let time = pad(c.hour!, 2) + pad(c.minute!, 2) + pad(c.second!, 2)
        return "UPLOAD_\(day)_\(time)_\(pad(Int(random & 0xFF_FFFF), 6, radix: 16))"
    }

    private static func pad(_ number: Int, _ width: Int, radix: Int = 10) -> String {
        let digits = String(number, radix: radix)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

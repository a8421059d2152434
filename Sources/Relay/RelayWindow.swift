import Foundation
import Postgres

/// The arrivals between two moments: a row of `relay.windows`.
package struct RelayWindow: Sendable, Equatable {
    /// Its key.
    package var opensAt: WindowTime
    package var closesAt: WindowTime
    package var state: State
    /// Raised by every attempt; who writes must name it.
    package var attempt: Int
    /// Of its routes; empty: of all without one.
    package var name = ""
    /// Where its archives go; empty: the target without a name.
    package var target = ""
    /// What keys of its archives begin with; nil: `relay/`, and the name if there is one.
    package var archivePrefix: String?
    /// Largest archive; nil leaves it to the settings.
    package var archiveBytes: Int?
    /// Nil leaves it to the settings.
    package var compression: ArchiveCompression?

    package enum State: String, Sendable, Codable, CaseIterable {
        case open, sealed, packing, delivered, verified, lost
    }
}

/// A moment to the microsecond, as PostgreSQL keeps it: the key of a window.
///
/// Its text is that of ISO 8601 in UTC, which PostgreSQL and people read: `2026-11-21T16:50:00Z`.
package struct WindowTime: Sendable, Hashable, CustomStringConvertible {
    /// Microseconds since 1970.
    package let microseconds: Int

    init(microseconds: Int) {
        self.microseconds = microseconds
    }

    /// - Parameter text: as `description` writes it; a fraction has up to six digits.
    package init?(_ text: String) {
        let parts = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        guard text.hasSuffix("Z"), (1...2).contains(parts.count),
            let date = try? Date("\(parts[0])Z", strategy: .iso8601)  // nil says all there is to say
        else { return nil }
        var fraction = 0
        if parts.count == 2 {
            guard (1...6).contains(parts[1].utf8.count), let digits = Int(parts[1]), digits >= 0 else { return nil }
            fraction = digits * [100_000, 10_000, 1000, 100, 10, 1][parts[1].utf8.count - 1]
        }
        microseconds = Int(date.timeIntervalSince1970) * 1_000_000 + fraction
    }

    /// Whole seconds since 1970.
    var seconds: Int { microseconds / 1_000_000 }

    package var description: String {
        let fraction = microseconds % 1_000_000
        let whole = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        guard fraction != 0 else { return whole }
        return whole.dropLast() + "." + String(String(1_000_000 + fraction).dropFirst()) + "Z"
    }

    /// Where archives of the window lie: `2026/11/21/1650`; with seconds and their fraction if it does not begin with a
    /// minute, so that windows of one minute are told apart.
    var path: String {
        let digits = description.filter { $0.isNumber }
        let day = "\(digits.prefix(4))/\(digits.dropFirst(4).prefix(2))/\(digits.dropFirst(6).prefix(2))"
        let time = digits.dropFirst(8)
        return "\(day)/\(time.hasSuffix("00") && time.count == 6 ? time.prefix(4) : time)"
    }
}

extension WindowTime: PostgresEncodable, PostgresArrayElement {
    package var postgresText: String { description }
    package func appendArrayText(to text: inout String) { text += description }
}

extension WindowTime: Comparable {
    package static func < (left: WindowTime, right: WindowTime) -> Bool { left.microseconds < right.microseconds }
}

/// An object of a window: a row of `relay.members`.
struct RelayMember: Sendable, Equatable {
    var bucket: String
    var key: String
    /// Version id of a versioned bucket, else the ETag.
    var version: String
    var etag: String
    /// Nil if the event did not say.
    var size: Int?
    /// In no archive yet, and not missing.
    var isWaiting = true
    /// Which archive it is in.
    var part: Int?
    /// In the archive.
    var name = ""
    /// Hexadecimal, of what is in the archive; nil while it is in none.
    var sha256: String?

    /// Nil in a bucket without versions.
    var versionID: String? { version == etag ? nil : version }
}

/// Why a member is in no archive.
struct MissingMember: Sendable, Equatable {
    enum State: String, Sendable { case gone, altered, unreadable }

    var member: RelayMember
    var state: State
    var problem: String
}

/// A member that its store refused, for whatever reason.
struct FailedMember: Sendable {
    /// Given up after so many tries while others of its bucket could be read.
    static let tries = 3

    var member: RelayMember
    var error: any Error
}

/// An archive of a window: a row of `relay.archives`, written before it is stored.
package struct RelayArchive: Sendable, Equatable {
    package var opensAt: WindowTime
    /// That of its window.
    package var target = ""
    /// From 1.
    package var part: Int
    package var key: String
    /// Hexadecimal.
    package var sha256: String
    package var byteCount: Int
    package var memberCount: Int
    /// Nil of archives that zlib has made, before engines were kept.
    var engine: ArchiveEngine?
    /// The store has taken it once.
    package var wasDelivered = false
    /// The store is to be asked again.
    package var isUncertain = false
    /// Nil while it counts.
    package var end: End?

    /// Why an archive counts no longer.
    package enum End: String, Sendable {
        /// Never stored; its objects are in another one, or missing.
        case abandoned
        /// Stored once, gone from the target, and not to be made again.
        case lost
        /// The same, but all of its objects are in another one: only its bytes cannot be made again.
        case replaced
    }

    /// The store has it, as far as is known.
    var isDelivered: Bool { wasDelivered && !isUncertain }

    /// What its bytes are.
    var format: ArchiveEngine.Format { engine?.format ?? .gzip }

    /// `relay/<yyyy>/<mm>/<dd>/<hh><mm>-<part>-<sha256 prefix>.tar.gz`, or `.tar.zst`; behind `relay/<name>/` if the window has a name, or behind its prefix.
    static func key(
        of window: RelayWindow, part: Int, sha256: String, format: ArchiveEngine.Format = .gzip
    ) -> String {
        let prefix = window.archivePrefix ?? (window.name.isEmpty ? "relay/" : "relay/\(window.name)/")
        let number = String(part)
        let padded = String(repeating: "0", count: max(0, 4 - number.utf8.count)) + number
        return "\(prefix)\(window.opensAt.path)-\(padded)-\(sha256.prefix(16)).tar.\(format.suffix)"
    }
}

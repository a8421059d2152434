import Deflate

/// How much work archives are worth.
package enum ArchiveCompression: String, Sendable, Codable, CaseIterable {
    case fast, `default`, small

    /// Of libdeflate, whose levels above 9 look for the shortest way to say a thing.
    var level: Int {
        switch self {
        case .fast: 1
        case .default: 5
        case .small: 10
        }
    }
}

/// What has made the bytes of an archive: only the very same makes them again.
package struct ArchiveEngine: Sendable, Equatable {
    /// With its version.
    var name = GzipMember.engine
    var level: Int

    func compress(_ plain: [UInt8]) -> [UInt8] { GzipMember.compress(plain, level: level) }
}

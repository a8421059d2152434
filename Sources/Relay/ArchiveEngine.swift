import Deflate
import Zlib
import Zstd

/// How much work archives are worth, and in which format they are.
package enum ArchiveCompression: String, Sendable, Codable, CaseIterable {
    case fast, `default`, small, zstd

    /// What packs so today.
    var engine: ArchiveEngine {
        switch self {
        case .fast: ArchiveEngine(level: 1)
        case .default: ArchiveEngine(level: 5)
        // Levels of libdeflate above 9 look for the shortest way to say a thing.
        case .small: ArchiveEngine(level: 10)
        case .zstd: ArchiveEngine(name: ZstdFrame.engine, level: 3)
        }
    }
}

/// What has made the bytes of an archive: only the very same makes them again.
package struct ArchiveEngine: Sendable, Equatable {
    /// With its version.
    var name = GzipMember.engine
    var level: Int

    enum Format { case gzip, zstd }

    var format: Format { name.hasPrefix("zstd ") ? .zstd : .gzip }

    /// The same format and level by what this process has.
    var ofToday: ArchiveEngine {
        switch format {
        case .gzip: ArchiveEngine(level: level)
        case .zstd: ArchiveEngine(name: ZstdFrame.engine, level: level)
        }
    }

    /// One member or frame: several, one behind the other, are one file.
    func compress(_ plain: [UInt8]) -> [UInt8] {
        switch format {
        case .gzip: GzipMember.compress(plain, level: level)
        case .zstd: ZstdFrame.compress(plain, level: level)
        }
    }
}

extension ArchiveEngine.Format {
    /// Behind `.tar.`
    var suffix: String { self == .zstd ? "zst" : "gz" }

    var contentType: String { self == .zstd ? "application/zstd" : "application/gzip" }

    /// - Parameter read: fills the start of a buffer with compressed bytes and returns their number, 0 at the end.
    /// - Returns: the same of the unpacked bytes, in constant memory; throws `GzipError` or `ZstdError`.
    func unpacking(
        _ read: @escaping (UnsafeMutableRawBufferPointer) throws -> Int
    ) -> (UnsafeMutableRawBufferPointer) throws -> Int {
        switch self {
        case .gzip: GzipReader(read: read).read(into:)
        case .zstd: ZstdReader(read: read).read(into:)
        }
    }
}

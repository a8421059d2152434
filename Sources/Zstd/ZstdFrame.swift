import CLibzstd

/// A frame of Zstandard (RFC 8878) of bytes that are all there, with its size and a checksum: many can be made at the same time, and one behind the
/// other they are one file.
package enum ZstdFrame {
    /// What makes them: equal input gives equal bytes as long as this and the level stay the same.
    package static let engine = "zstd \(String(cString: ZSTD_versionString()))"

    /// Of levels: those above want windows that not every reader has room for (RFC 8878, section 3.1.1.1.2).
    package static let levels = 1...19

    /// - Parameter level: 1 (fast) … 19 (small).
    package static func compress(_ plain: [UInt8], level: Int) -> [UInt8] {
        precondition(levels.contains(level), "level \(level) is not in \(levels)")
        guard let context = ZSTD_createCCtx() else { preconditionFailure("zstd cannot allocate its tables") }
        defer { ZSTD_freeCCtx(context) }
        for (parameter, value) in [(ZSTD_c_compressionLevel, Int32(level)), (ZSTD_c_checksumFlag, 1)] {
            let status = ZSTD_CCtx_setParameter(context, parameter, value)
            precondition(ZSTD_isError(status) == 0, "zstd does not take a parameter of its own")
        }
        let bound = ZSTD_compressBound(plain.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            count = plain.withUnsafeBytes { plain in
                ZSTD_compress2(context, output.baseAddress, bound, plain.baseAddress, plain.count)
            }
            precondition(ZSTD_isError(count) == 0, "the bound was too small")
        }
    }
}

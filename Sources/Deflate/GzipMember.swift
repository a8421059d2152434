import CLibdeflate

/// A gzip member (RFC 1952) of bytes that are all there, with neither time nor name: many can be made at the same time, and one behind the other
/// they are one file.
package enum GzipMember {
    /// What makes them, as the headers call it: equal input gives equal bytes as long as this and the level stay the same.
    package static let engine = "libdeflate \(LIBDEFLATE_VERSION_STRING)"

    /// - Parameters:
    ///   - plain: pieces under 128 KiB cost ratio.
    ///   - level: 1 (fast) … 12 (small).
    package static func compress(_ plain: [UInt8], level: Int) -> [UInt8] {
        precondition((1...12).contains(level), "level \(level) is not in 1…12")
        guard let compressor = libdeflate_alloc_compressor(Int32(level)) else {
            preconditionFailure("libdeflate cannot allocate its tables")
        }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_gzip_compress_bound(compressor, plain.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            count = plain.withUnsafeBytes { plain in
                // It reads nothing where there is nothing, but wants an address.
                withUnsafeBytes(of: 0) { nothing in
                    libdeflate_gzip_compress(
                        compressor, plain.baseAddress ?? nothing.baseAddress, plain.count, output.baseAddress, bound)
                }
            }
            precondition(count > 0, "the bound was too small")
        }
    }
}

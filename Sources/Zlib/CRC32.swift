import CZlib

/// The checksum of ZIP and gzip (RFC 1952, section 8), of bytes that come in pieces.
package struct CRC32: Sendable {
    /// Of the bytes so far.
    package private(set) var value: UInt32 = 0

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        value = UInt32(
            truncatingIfNeeded: crc32_z(UInt(value), start.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}

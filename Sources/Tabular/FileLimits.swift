/// How much a file may hold.
package struct FileLimits: Equatable, Sendable {
    /// Bytes as they arrive, and also after decompression, so that a small archive cannot fill the disk.
    package var maximumFileBytes = 100 * 1024 * 1024
    /// What may be asked for: a multiple of it is still a number.
    package static let mostFileBytes = 1 << 50
    /// Data rows.
    package var maximumRows = 1_000_000
    /// Bytes of one record: what the reader buffers at most.
    package var maximumRecordBytes = 1024 * 1024

    /// The defaults.
    package init() {}
}

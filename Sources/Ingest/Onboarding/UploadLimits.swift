/// How much an upload may be.
public struct UploadLimits: Equatable, Sendable {
    /// Bytes as they arrive, and also after decompression, so that a small archive cannot fill the disk.
    public var maximumFileBytes = 100 * 1024 * 1024
    /// Data rows.
    public var maximumRows = 1_000_000
    /// Bytes of one record: what the reader buffers at most.
    public var maximumRecordBytes = 1024 * 1024

    /// How many times the largest file its listed errors may take. Each holds its whole row, with the names of its columns,
    /// so that a long header above short rows would fill the disk.
    static let errorsPerFile = 20

    /// The defaults.
    public init() {}
}

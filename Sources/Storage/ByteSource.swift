/// Where the bytes of a file come from.
package protocol ByteSource {
    /// Bytes to come, if known: for progress only.
    var byteCount: Int? { get }

    /// Reads the next bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

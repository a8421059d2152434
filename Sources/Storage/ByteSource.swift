/// Where the bytes of a file come from.
package protocol ByteSource {
    /// Bytes to come, if known: for progress only.
    var byteCount: Int? { get }

    /// Reads the next bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int

    /// Begins again with the first byte.
    /// - Returns: false if that cannot be done, as with a pipe.
    func rewind() -> Bool
}

extension ByteSource {
    package func rewind() -> Bool { false }
}

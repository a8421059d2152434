import Glibc

/// A look at a part of a temporary file after the other, without copying it: the pages of the file are the process's own for as long.
///
/// Nobody else has the file, so that it cannot be cut off meanwhile, which would end the process. Not safe to share between threads.
package final class FileWindow {
    private let file: TemporaryFile
    private let maps: Bool
    /// The part that is mapped, or empty.
    private var pages = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    /// Holds a part that cannot be mapped.
    private var copy = UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// - Parameter maps: false reads each part, as it is done where a part cannot be mapped.
    package init(_ file: TemporaryFile, maps: Bool = true) {
        self.file = file
        self.maps = maps
    }

    deinit {
        close()
        copy.deallocate()
    }

    /// The bytes from an offset, so many, fewer only where the file ends; valid until the next call.
    /// - Throws: `TemporaryFileError`.
    package func bytes(at offset: Int, count: Int) throws -> UnsafeRawBufferPointer {
        close()
        let count = min(count, file.byteCount - offset)
        guard count > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let begin = offset & ~(Self.pageSize - 1)
        if maps, let mapped = file.map(at: begin, count: offset - begin + count) {
            pages = mapped
            return UnsafeRawBufferPointer(rebasing: mapped[(offset - begin)...])
        }
        if copy.count < count {
            copy.deallocate()
            copy = .allocate(byteCount: count, alignment: 16)
        }
        let part = UnsafeMutableRawBufferPointer(rebasing: copy.prefix(count))
        try file.fill(part, from: offset)
        return UnsafeRawBufferPointer(part)
    }

    private func close() {
        if let start = pages.baseAddress { munmap(start, pages.count) }
        pages = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    }

    private static let pageSize = sysconf(Int32(_SC_PAGESIZE))
}

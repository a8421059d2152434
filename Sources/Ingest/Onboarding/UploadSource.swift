import Foundation

/// Where the bytes of an upload come from.
public protocol UploadSource {
    /// Bytes to come, if known: for progress only.
    var byteCount: Int? { get }

    /// Reads the next bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A file of this machine.
public final class LocalFile: UploadSource, Sendable {
    private let descriptor: Int32
    /// Size when it was opened; nil for a pipe.
    public let byteCount: Int?

    /// - Throws: `LocalFileError` when there is no such file, it is a directory, or it may not be read.
    public init(path: String) throws {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw LocalFileError(path: path, code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(path: path, code: errno) }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw LocalFileError(path: path, code: EISDIR) }
        byteCount = status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    }

    deinit { close(descriptor) }

    /// Of the open file, whatever its name means by now.
    func status() throws -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw LocalFileError(path: "the upload", code: errno) }
        return status
    }

    public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while true {
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw LocalFileError(path: "the upload", code: errno) }
        }
    }

    /// The bytes at some place; fewer if the file ends there.
    func read(_ range: Range<Int>) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
            while count < range.count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                let read = pread(descriptor, rest.baseAddress, rest.count, off_t(range.lowerBound + count))
                guard read >= 0 || errno == EINTR else { throw LocalFileError(path: "the object", code: errno) }
                if read == 0 { return }
                count += max(0, read)
            }
        }
    }
}

/// A file that cannot be opened or read.
public struct LocalFileError: Error, CustomStringConvertible {
    /// As the user gave it.
    public var path: String
    /// `errno`.
    public var code: Int32

    /// The reason and the remedy.
    public var description: String {
        switch code {
        case ENOENT: "cannot read '\(path)': there is no such file; check the path"
        case EISDIR: "cannot read '\(path)': it is a directory; name its files, for example '\(path)/*.csv'"
        case EACCES, EPERM: "cannot read '\(path)': permission denied; make the file readable for this user"
        default: "cannot read '\(path)': \(String(cString: strerror(code)))"
        }
    }
}

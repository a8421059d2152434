import CLibcurl
import Glibc

/// Feeds a body to libcurl. Belongs to one thread.
final class UploadSource {
    private let body: HTTPBody
    private let descriptor: Int32
    private var position = 0
    /// Why the body could not be read.
    private(set) var failure: String?

    init(_ body: HTTPBody) {
        self.body = body
        guard case .file(let path, _, _) = body else {
            descriptor = -1
            return
        }
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { failure = "cannot read '\(path)': \(String(cString: strerror(errno)))" }
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    /// - Returns: how many bytes were copied; 0 at the end; `CURL_READFUNC_ABORT` if the file cannot be read.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let wanted = min(buffer.count, body.count - position)
        guard wanted > 0 else { return 0 }
        let copied = copy(wanted, into: buffer)
        guard copied > 0 else {
            failure = failure ?? "the file to send is shorter than \(body.count) bytes"
            return clibcurl_abort_upload
        }
        position += copied
        return copied
    }

    /// libcurl goes back to the start if a reused connection turns out to be dead.
    /// - Parameter offset: from the start of the body.
    func seek(to offset: Int) -> Int32 {
        guard (0...body.count).contains(offset) else { return CURL_SEEKFUNC_FAIL }
        position = offset
        return CURL_SEEKFUNC_OK
    }

    private func copy(_ wanted: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        switch body {
        case .empty: return 0
        case .bytes(let bytes):
            buffer.copyBytes(from: bytes[position..<position + wanted])
            return wanted
        case .file(let path, let offset, _):
            guard descriptor >= 0 else { return -1 }
            let count = pread(descriptor, buffer.baseAddress, wanted, off_t(offset + position))
            if count < 0 { failure = "cannot read '\(path)': \(String(cString: strerror(errno)))" }
            return count
        }
    }
}

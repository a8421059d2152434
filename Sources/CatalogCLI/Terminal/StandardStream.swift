@preconcurrency import Glibc

/// Standard output and standard error, for lines of logs and messages.
enum StandardStream: Int32, CaseIterable {
    case input, output, error

    /// Has something stand in for streams that the caller closed: the first file or connection that is opened would get their number,
    /// and what is printed. Reading finds an end there, writing fails.
    static func openAll() {
        for stream in allCases where fcntl(stream.rawValue, F_GETFD) < 0 { _ = open("/dev/null", O_RDONLY) }
    }

    /// Writes as much as can be written: neither a full disk nor a reader that has gone may end a load or a service.
    /// - Returns: `errno`; 0 if all of it was written.
    @discardableResult
    func write(_ text: String) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(rawValue, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                } else if errno == EAGAIN {
                    var descriptor = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                    _ = poll(&descriptor, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }

    @discardableResult
    func say(_ line: TerminalText) -> Int32 { write(line.text + "\n") }

    /// What of `print` could not be written; nil if nothing, or if whoever read it has had enough.
    static func unwritten() -> String? {
        errno = 0
        let isFlushed = fflush(stdout) == 0
        let reason = isFlushed ? 0 : errno
        guard ferror(stdout) != 0, reason != EPIPE, reason != 0 || !hasNoReader else { return nil }
        return unwritten(reason)
    }

    /// - Parameter reason: `errno`; 0 if it is not known any more.
    static func unwritten(_ reason: Int32) -> String {
        "cannot write to standard output" + (reason == 0 ? "" : ": \(String(cString: strerror(reason)))")
    }

    private static var hasNoReader: Bool {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        return poll(&descriptor, 1, 0) > 0 && descriptor.revents & Int16(POLLERR) != 0
    }
}

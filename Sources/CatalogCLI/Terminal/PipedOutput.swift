import Foundation
import Postgres

/// Whoever read standard output has gone: the command has nothing left to do, and ends well.
struct ClosedPipe: Error {}

/// Standard output for what is long: a reader that goes away ends the work, and so does an interruption while nobody reads.
enum PipedOutput {
    /// - Throws: `ClosedPipe`, `CancellationError`; `CommandFailure` where the disk behind it is full.
    static func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes
        while !rest.isEmpty {
            try waitUntilRead()
            // A pipe that can be written takes so much at once (pipe(7), "PIPE_BUF").
            let count = Glibc.write(STDOUT_FILENO, rest.baseAddress, min(rest.count, Int(PIPE_BUF)))
            guard count >= 0 || errno == EINTR || errno == EAGAIN else {
                if errno == EPIPE { throw ClosedPipe() }
                throw CommandFailure(StandardStream.unwritten(errno))
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(max(0, count)))
        }
    }

    /// As `write` of bytes.
    static func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    private static func waitUntilRead() throws {
        var descriptor = pollfd(fd: STDOUT_FILENO, events: Int16(POLLOUT), revents: 0)
        repeat { try Task.checkCancellation() } while poll(&descriptor, 1, 200) == 0
    }
}

/// Lines for `PipedOutput`, which takes them by the page: a system call for each would cost more than the line.
struct PipedLines {
    private static let pageSize = 32_768
    private var page = ""

    mutating func add(_ line: TerminalText) throws { try add(raw: line.text) }

    /// A line of JSON.
    mutating func add(json value: some Encodable) throws { try add(raw: JSONOutput.line(value)) }

    private mutating func add(raw line: String) throws {
        page += line + "\n"
        if page.utf8.count >= Self.pageSize { try flush() }
    }

    /// Writes what is left; the last thing that is called.
    mutating func flush() throws {
        try PipedOutput.write(page)
        page = ""
    }
}

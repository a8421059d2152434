import Foundation

/// A server that writes the port it listens on into a named pipe.
package struct ListeningProcess: Sendable {
    /// On 127.0.0.1.
    package let port: Int
    private let process: Subprocess
    private let end: Task<Subprocess.Outcome, any Error>

    /// Runs `body` beside a server of its own.
    /// - Parameter command: program and arguments; gets the path of the pipe.
    package static func with<Result>(
        _ command: (String) -> [String], _ body: (ListeningProcess) async throws -> Result
    ) async throws -> Result {
        let server = try await start(command)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(server))
        } catch {
            outcome = .failure(error)
        }
        // Nothing is waited for before, so the number is still the server's.
        server.process.signal(SIGKILL)
        _ = try await server.end.value
        return try outcome.get()
    }

    private static func start(_ command: (String) -> [String]) async throws -> ListeningProcess {
        let folder = try TemporaryFolder()
        let pipe = folder.file("port")
        mkfifo(pipe, 0o600)
        // Open for both, so that neither side waits for the other.
        let descriptor = open(pipe, O_RDWR | O_CLOEXEC)
        let words = command(pipe)
        let process = try Subprocess.start(words[0], Array(words.dropFirst()))
        let end = Task {
            let outcome = try await process.wait()
            // Of a server that ends before it listens, an empty line is read.
            write(descriptor, "\n", 1)
            close(descriptor)
            withExtendedLifetime(folder) {}
            return outcome
        }
        let line = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: readLine(descriptor)) }.start()
            }
        } onCancel: {
            // Then an empty line is read.
            process.signal(SIGKILL)
        }
        guard let port = Int(line) else { throw ServerFailure(words: words, error: try await end.value.error) }
        return ListeningProcess(port: port, process: process, end: end)
    }

    private static func readLine(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).trimmingCharacters(in: .newlines)
    }
}

/// A server ended before it listened.
struct ServerFailure: Error, CustomStringConvertible {
    var words: [String]
    var error: String

    var description: String { "\(words.joined(separator: " ")): \(error)" }
}

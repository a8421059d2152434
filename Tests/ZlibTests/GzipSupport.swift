import Foundation
import Zlib

/// Hands out bytes a few at a time.
func source(of bytes: [UInt8], atMost step: Int = .max) -> (UnsafeMutableRawBufferPointer) throws -> Int {
    var position = 0
    return { buffer in
        let count = min(step, buffer.count, bytes.count - position)
        buffer.copyBytes(from: bytes[position..<(position + count)])
        position += count
        return count
    }
}

func unpack(_ bytes: [UInt8], step: Int = .max, bufferSize: Int = 1 << 16) throws -> [UInt8] {
    let reader = GzipReader(read: source(of: bytes, atMost: step))
    var buffer = [UInt8](repeating: 0, count: bufferSize)
    var text: [UInt8] = []
    while case let count = try buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
        text += buffer[..<count]
    }
    return text
}

func pack(_ bytes: [UInt8], level: Int = 6, step: Int = .max) throws -> [UInt8] {
    var packed: [UInt8] = []
    let writer = GzipWriter(level: level) { packed += $0 }
    var rest = bytes[...]
    while !rest.isEmpty {
        try writer.write(Array(rest.prefix(step)))
        rest = rest.dropFirst(step)
    }
    try writer.finish()
    return packed
}

/// Passes bytes through a command. Runs on a thread of its own because it waits for a process.
func pipe(_ bytes: [UInt8], through command: [String]) async throws -> [UInt8] {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Result { try run(command, input: bytes) })
        }
    }
}

private func run(_ command: [String], input bytes: [UInt8]) throws -> [UInt8] {
    // Through a file, since a pipe would block both sides once the command answers before it has read everything.
    let file = FileManager.default.temporaryDirectory.appending(path: "zlib-tests-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }  // because a left-over temporary file harms no result
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let answer = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw PipeFailure(status: process.terminationStatus) }
    return Array(answer)
}

struct PipeFailure: Error {
    let status: Int32
}

/// Text that compresses well, and noise that does not.
func sample(_ count: Int) -> [UInt8] {
    var state: UInt64 = 7
    return (0..<count).map { index in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return index % 1000 < 700 ? UInt8(index % 50) : UInt8(truncatingIfNeeded: state >> 33)
    }
}

import Foundation
import TestSupport

@testable import Relay

/// What a program makes of an archive.
struct Extraction {
    /// SHA-256 by relative path.
    var digests: [String: String] = [:]
    /// What was written elsewhere than below the folder.
    var outside: [String] = []

    private static let script = """
        set -e
        mkdir -p deep/er/inside && cd deep/er/inside
        case "$1 $2" in
        tar\\ *) tar -xf "$2" ;;
        bsdtar\\ *) bsdtar -xf "$2" ;;
        stream\\ *.gz) gzip -t "$2" && zcat "$2" | tar -xf - ;;
        stream\\ *.zst) zstd -q -t "$2" && zstd -q -dc "$2" | tar -xf - ;;
        python\\ *.gz) python3 -c 'import sys, tarfile; tarfile.open(sys.argv[1]).extractall(".")' "$2" ;;
        python\\ *.zst) zstd -q -dc "$2" | python3 -c 'import sys, tarfile; tarfile.open(fileobj=sys.stdin.buffer, mode="r|").extractall(".")' ;;
        esac
        find . -type f -print0 | xargs -0 sha256sum -z | tr '\\0' '\\1'
        cd ../../..; find . -type f -not -path './deep/er/inside/*' -not -name 'a.tar.*' | sed 's/^/OUTSIDE /'
        """

    /// - Parameter program: tar, bsdtar, stream (gzip or zstd before tar) or python.
    /// - Throws: if it fails.
    init(_ archive: PackedArchive, _ program: String) async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write(try archive.bytes(), to: "a.tar.\(archive.archive.format.suffix)")
        let outcome = try await Subprocess.run(
            "/bin/sh", ["-c", Self.script, "sh", program, file], environment: ["LC_ALL": "C.UTF-8"],
            directory: folder.path)
        guard outcome.status == 0 else { throw Failure(description: "\(program): \(outcome.error)") }
        for line in outcome.output.split(separator: "\u{1}") {
            if line.contains("OUTSIDE") { outside.append(String(line)) }
            if line.utf8.count > 66 { digests[String(line.dropFirst(66).dropFirst(2))] = String(line.prefix(64)) }
        }
    }

    struct Failure: Error, CustomStringConvertible { var description: String }
}

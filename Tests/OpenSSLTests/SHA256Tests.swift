import OpenSSL
import TestSupport
import Testing

/// Vectors of FIPS 180-4 and its examples (NIST, "SHA256.pdf" and the long message of a million letters).
@Suite(.timeLimit(.minutes(5))) struct SHA256Tests {
    private static let twoBlocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"

    @Test(
        "published vectors",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (twoBlocks, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func vectors(message: String, digest: String) {
        #expect(SHA256.hash(Array(message.utf8)).hex == digest)
    }

    @Test("the digest does not depend on how the message is cut")
    func chunks() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 37) }
        let expected = SHA256.hash(message)
        for size in [1, 3, 63, 64, 65, 999] {
            let hash = SHA256()
            for start in stride(from: 0, to: message.count, by: size) {
                hash.update(Array(message[start..<min(start + size, message.count)]))
            }
            hash.update([])
            #expect(hash.finish() == expected, "pieces of \(size)")
        }
    }

    @Test("messages around the length where padding needs a block of its own hash as sha256sum hashes them")
    func paddingBoundaries() async throws {
        let folder = try TemporaryFolder()
        for length in [55, 56, 57, 63, 64, 65, 119, 120, 128] {
            let message = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 7) }
            let file = try folder.write(message, to: "\(length)")
            let outcome = try await Subprocess.run("/usr/bin/env", ["sha256sum", file])
            #expect(outcome.output.hasPrefix(SHA256.hash(message).hex + " "), "\(length) bytes")
        }
    }

    @Test("hexadecimal digits are lower-case, two a byte")
    func hexadecimal() {
        #expect([UInt8]([0, 9, 10, 0xAF, 0xFF]).hex == "00090aafff")
        #expect([UInt8]().hex.isEmpty)
    }
}

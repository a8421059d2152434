import OpenSSL
import Testing

/// Vectors of FIPS 180-4, https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
@Suite struct SHA256Tests {
    @Test(
        "The published vectors",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func vectors(text: String, expected: String) {
        #expect(SHA256.hash(text.utf8).hex == expected)
    }

    @Test("Pieces of any size give the same hash", arguments: [1, 3, 63, 64, 65, 1000])
    func pieces(size: Int) {
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let hash = SHA256()
        for start in stride(from: 0, to: bytes.count, by: size) {
            bytes[start..<min(start + size, bytes.count)].withUnsafeBytes(hash.update)
        }
        #expect(hash.finish() == SHA256.hash(bytes))
    }
}

import COpenSSL

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces.
public final class SHA256 {
    private let context: OpaquePointer

    /// Nothing hashed yet.
    public init() {
        context = EVP_MD_CTX_new()
        let status = EVP_DigestInit_ex(context, EVP_sha256(), nil)
        precondition(status == 1, "OpenSSL has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Hashes the next bytes.
    public func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The 32 bytes of the hash. Nothing may be added after.
    public func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        return digest
    }

    /// The hash of bytes at hand.
    public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let hash = SHA256()
        Array(bytes).withUnsafeBytes(hash.update)
        return hash.finish()
    }
}

extension [UInt8] {
    /// Two lower-case hexadecimal digits a byte.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

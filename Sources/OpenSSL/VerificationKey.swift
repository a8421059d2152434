import COpenSSL

/// A public key that checks signatures of JSON Web Tokens: RS256 or ES256 (RFC 7518, sections 3.3 and 3.4).
package final class VerificationKey: @unchecked Sendable {  // because OpenSSL locks what it changes inside a key
    /// What a key may check.
    package static let algorithms = ["RS256", "ES256"]

    /// One of `algorithms`.
    package let algorithm: String
    private let key: OpaquePointer

    /// An RSA key of at least 2048 bits.
    /// - Parameters:
    ///   - rsaModulus: big-endian.
    ///   - exponent: big-endian.
    /// - Returns: nil if these make no such key.
    package init?(rsaModulus: [UInt8], exponent: [UInt8]) {
        // RFC 8017, appendix A.1: rsaEncryption with the parameters NULL, then both numbers.
        let algorithm: [UInt8] = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00]
        let numbers = DER.sequence(DER.integer(rsaModulus) + DER.integer(exponent))
        guard let key = Self.key(DER.sequence(DER.sequence(algorithm) + DER.bits(numbers))) else { return nil }
        (self.key, self.algorithm) = (key, "RS256")
        guard EVP_PKEY_get_bits(key) >= 2048 else { return nil }
    }

    /// A key on the curve P-256.
    /// - Parameters:
    ///   - p256X: 32 bytes, big-endian.
    ///   - y: 32 bytes, big-endian.
    /// - Returns: nil if the point is not on the curve.
    package init?(p256X: [UInt8], y: [UInt8]) {
        guard p256X.count == 32, y.count == 32 else { return nil }
        // RFC 5480, section 2: id-ecPublicKey on prime256v1, then the uncompressed point.
        let algorithm: [UInt8] = [
            0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
            0x07,
        ]
        guard let key = Self.key(DER.sequence(DER.sequence(algorithm) + DER.bits([4] + p256X + y))) else { return nil }
        (self.key, self.algorithm) = (key, "ES256")
    }

    deinit { EVP_PKEY_free(key) }

    /// - Parameter signature: of ES256 the 64 bytes of both numbers.
    package func isValid(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        var signature = signature
        if algorithm == "ES256" {
            guard signature.count == 64 else { return false }
            // OpenSSL wants the two numbers as a sequence.
            signature = DER.sequence(
                DER.integer(Array(signature.prefix(32))) + DER.integer(Array(signature.suffix(32))))
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            // A refused signature leaves errors on this thread that would be read as somebody else's.
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// - Parameter subjectPublicKeyInfo: RFC 5280, section 4.1.2.7, in DER.
    private static func key(_ subjectPublicKeyInfo: [UInt8]) -> OpaquePointer? {
        defer { ERR_clear_error() }
        return subjectPublicKeyInfo.withUnsafeBufferPointer { bytes in
            var start = bytes.baseAddress
            return d2i_PUBKEY(nil, &start, bytes.count)
        }
    }
}

/// The few forms of ITU-T X.690 that keys and signatures need.
private enum DER {
    /// An unsigned number.
    static func integer(_ bigEndian: [UInt8]) -> [UInt8] {
        let digits = Array(bigEndian.drop { $0 == 0 })
        let isPositive = digits.first.map { $0 < 0x80 } ?? false
        return element(0x02, isPositive ? digits : [0] + digits)
    }

    static func sequence(_ elements: [UInt8]) -> [UInt8] { element(0x30, elements) }

    static func bits(_ bytes: [UInt8]) -> [UInt8] { element(0x03, [0] + bytes) }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        guard content.count >= 0x80 else { return [tag, UInt8(content.count)] + content }
        let length = withUnsafeBytes(of: content.count.bigEndian) { Array($0.drop { $0 == 0 }) }
        return [tag, 0x80 | UInt8(length.count)] + length + content
    }
}

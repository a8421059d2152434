import COpenSSL

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1) over OpenSSL.
package enum HMACSHA256 {
    /// The authentication code of a whole message: 32 bytes.
    package static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: SHA256.digestLength) { digest, count in
            let result = HMAC(
                EVP_sha256(), key, Int32(key.count), message, message.count, digest.baseAddress, nil)
            // Fails only when the loaded OpenSSL has no SHA-256 at all, and then no part of the product can work.
            precondition(result != nil, "OpenSSL refused to make an HMAC")
            count = SHA256.digestLength
        }
    }
}

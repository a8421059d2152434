import COpenSSL

/// Checks of RSA signatures, PKCS #1 v1.5 (RFC 8017, section 8.2), over OpenSSL.
public enum RSASignature {
    /// The hash under a signature.
    public enum Digest: Sendable {
        /// Broken for signing anew; still found in messages of services that began with it.
        case sha1
        case sha256
    }

    /// Whether the holder of a certificate's key signed a message. The certificate itself is not judged: who trusts it
    /// must know where it comes from.
    /// - Parameter certificate: X.509 in PEM.
    /// - Returns: false also if the certificate cannot be read or has no RSA key.
    public static func isValid(
        _ signature: [UInt8], of message: [UInt8], digest: Digest, certificate: String
    ) -> Bool {
        guard let key = publicKey(of: Array(certificate.utf8)) else { return false }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            // A refused signature leaves errors on this thread that would be read as somebody else's.
            ERR_clear_error()
        }
        let hash = digest == .sha1 ? EVP_sha1() : EVP_sha256()
        guard EVP_DigestVerifyInit(context, nil, hash, nil, key) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    private static func publicKey(of certificate: [UInt8]) -> OpaquePointer? {
        defer { ERR_clear_error() }
        guard let memory = BIO_new_mem_buf(certificate, Int32(certificate.count)) else { return nil }
        defer { BIO_free(memory) }
        guard let parsed = PEM_read_bio_X509(memory, nil, nil, nil) else { return nil }
        defer { X509_free(parsed) }
        return X509_get_pubkey(parsed)
    }
}

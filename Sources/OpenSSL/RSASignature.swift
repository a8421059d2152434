import COpenSSL

/// RSA signatures, PKCS #1 v1.5 (RFC 8017, section 8.2), over OpenSSL.
package enum RSASignature {
    /// The hash under a signature.
    package enum Digest: Sendable {
        /// Too weak for new signatures; still found in messages of services that began with it.
        case sha1
        case sha256
    }

    /// Whether the holder of a certificate's key signed a message. The certificate itself is not judged: who trusts it
    /// must know where it comes from.
    /// - Parameter certificate: X.509 in PEM.
    /// - Returns: false also if the certificate cannot be read or has no RSA key.
    package static func isValid(
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

    /// Signs with SHA-256, as RS256 of JSON Web Tokens wants it (RFC 7518, section 3.3).
    /// - Parameter privateKey: in PEM, without a passphrase.
    /// - Returns: nil if the key cannot be read or is not an RSA key.
    package static func sign(_ message: [UInt8], privateKey: String) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let key = self.privateKey(of: Array(privateKey.utf8)) else { return nil }
        defer { EVP_PKEY_free(key) }
        guard EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA, let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1 else { return nil }
        var length = Int(EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: length)
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }

    private static func privateKey(of text: [UInt8]) -> OpaquePointer? {
        guard let memory = BIO_new_mem_buf(text, Int32(text.count)) else { return nil }
        defer { BIO_free(memory) }
        // A key with a passphrase is refused instead of asking for it on the terminal.
        let refuse: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
            _, _, _, _ in -1
        }
        return PEM_read_bio_PrivateKey(memory, nil, refuse, nil)
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

import COpenSSL

/// An incremental SHA-256 (FIPS 180-4) over OpenSSL's EVP interface.
///
/// One value hashes one message: `update` any number of times, then `finish` once. Not safe to share between threads.
package final class SHA256 {
    /// Length of a digest in bytes.
    package static let digestLength = 32

    private let context: OpaquePointer
    private var isFinished = false

    /// Starts an empty message.
    package init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("cannot allocate a digest context") }
        self.context = context
        // Fails only when the loaded OpenSSL has no SHA-256 at all, and then no part of the product can work.
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "this OpenSSL offers no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes to the message. Must not follow `finish`.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(!isFinished, "SHA256.update after finish")
        guard let start = bytes.baseAddress else { return }
        precondition(EVP_DigestUpdate(context, start, bytes.count) == 1, "OpenSSL refused to hash")
    }

    /// Adds bytes to the message. Must not follow `finish`.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes(update)
    }

    /// Ends the message and returns its digest of 32 bytes. May be called once.
    package func finish() -> [UInt8] {
        precondition(!isFinished, "SHA256.finish called twice")
        isFinished = true
        return [UInt8](unsafeUninitializedCapacity: Self.digestLength) { digest, count in
            precondition(EVP_DigestFinal_ex(context, digest.baseAddress, nil) == 1, "OpenSSL refused to hash")
            count = Self.digestLength
        }
    }

    /// The digest of a whole message.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// The digest of a whole message.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { hash($0) }
    }
}

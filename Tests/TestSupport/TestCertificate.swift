/// A self-signed certificate for `localhost`, which is its own authority.
package struct TestCertificate: Sendable {
    /// Paths of PEM files.
    package let certificate: String
    package let key: String
    private let folder: TemporaryFolder

    package static func make() async throws -> TestCertificate {
        let folder = try TemporaryFolder()
        let made = TestCertificate(certificate: folder.file("cert.pem"), key: folder.file("key.pem"), folder: folder)
        let outcome = try await Subprocess.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                "2",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", made.key, "-out",
                made.certificate,
            ])
        guard outcome.status == 0 else { throw ServerFailure(words: ["openssl", "req"], error: outcome.error) }
        return made
    }
}

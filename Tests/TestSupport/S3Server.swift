/// A real store that checks signatures, expiry, clocks and checksums as S3 does: OpenStack Swift's S3 interface.
package enum S3Server {
    package static let accessKey = "test:tester"
    package static let secretKey = "testing"
    package static let region = "us-east-1"

    private static let started = Task<Int, any Error> {
        _ = try PythonTools.program("swift-proxy-server")
        return try await ServerScript.start("swift-s3", ports: 4)[0]
    }

    /// `http://127.0.0.1:PORT`; the first call starts it.
    package static func url() async throws -> String {
        "http://127.0.0.1:\(try await started.value)"
    }
}

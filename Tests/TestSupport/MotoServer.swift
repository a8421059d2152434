/// SNS, SQS, Secrets Manager, STS, instance metadata and S3, all played by moto. It checks no signature.
package enum MotoServer {
    private static let started = Task<Int, any Error> {
        _ = try PythonTools.program("moto_server")
        return try await ServerScript.start("moto", ports: 1)[0]
    }

    /// `http://127.0.0.1:PORT`; the first call starts it.
    package static func url() async throws -> String {
        "http://127.0.0.1:\(try await started.value)"
    }
}

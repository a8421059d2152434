import AWS
import Curl
import Foundation
import Relay

/// Clients of the relay's target, with the credentials of the moment.
///
/// Credentials from a secret are kept for 5 minutes, and looked up again when the target refuses them.
actor RelayClients {
    /// Without a byte for so long, and for as long as the slowest target takes to store an archive, a transfer is given up: windows wait in the
    /// database, not in a connection.
    private static let stallTimeout = Duration.seconds(15)
    private static let secretLifetime: TimeInterval = 300
    /// "Amazon S3 limits": an archive is sent with one request.
    private static let largestPut = 5 << 30

    private let bucket: RelayBucket
    private let cloud: Cloud
    private let http: HTTPClient
    private var secrets: SecretCache?
    private var made: (credentials: Credentials?, client: S3Client)?

    init(_ bucket: RelayBucket, cloud: Cloud) {
        self.bucket = bucket
        self.cloud = cloud
        var configuration = HTTPClient.Configuration()
        configuration.caFile = bucket.caFile
        configuration.stallTimeout = Self.stallTimeout
        configuration.slowestUpload = bucket.slowest
        configuration.fastestUpload = bucket.fastest
        http = HTTPClient(configuration)
    }

    nonisolated var store: S3ArchiveStore {
        S3ArchiveStore(bucket: bucket.name, keeping: bucket.keeping) {
            try await self.client()
        } refuse: {
            await self.forget()
        }
    }

    private func client() async throws -> S3Client {
        let credentials = try await credentials()
        if let made, made.credentials == credentials { return made.client }
        let provider = try credentials.map { CredentialProvider($0) } ?? cloud.configuration().credentials
        let isElsewhere = bucket.endpoint != nil
        let region = try bucket.region ?? (isElsewhere ? "us-east-1" : cloud.configuration().region)
        let endpoints = try bucket.endpoint.map { [AWSService.s3: try AWSEndpoint(url: $0)] } ?? [:]
        let configuration = AWSConfiguration(
            region: region, credentials: provider, endpoints: endpoints, http: http)
        let client = S3Client(configuration, partSize: Self.largestPut)
        made = (credentials, client)
        return client
    }

    /// Nil takes the process's own.
    private func credentials() async throws -> Credentials? {
        guard let id = bucket.secret else { return bucket.credentials }
        let cache =
            try secrets ?? SecretCache(SecretsManagerClient(cloud.configuration()), lifetime: Self.secretLifetime)
        secrets = cache
        return try RelaySecret.credentials(in: try await cache.secret(id).text, id, of: bucket.variable)
    }

    /// - Returns: whether there may be others now.
    private func forget() async -> Bool {
        guard let id = bucket.secret, let secrets else { return false }
        await secrets.invalidate(id)
        return true
    }
}

/// A key pair as a secret holds it: a JSON object.
enum RelaySecret {
    private static let names = (
        id: ["accesskeyid", "accesskey", "username"], secret: ["secretaccesskey", "secretkey", "password"]
    )

    /// - Parameter variable: the setting that names the secret.
    /// - Throws: `SettingsError` without any part of the secret.
    static func credentials(in text: String, _ id: String, of variable: String) throws -> Credentials {
        // Foundation's own error would quote the secret.
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let values = Dictionary(
            (object ?? [:]).compactMap { name, value in
                (value as? String).map { (name.lowercased().filter { $0 != "_" && $0 != "-" }, $0) }
            }, uniquingKeysWith: { first, _ in first })
        guard let key = names.id.compactMap({ values[$0] }).first,
            let secret = names.secret.compactMap({ values[$0] }).first
        else {
            throw SettingsError(
                variable, "…secret=\(id)",
                "the secret is not a JSON object with access_key_id and secret_access_key")
        }
        return Credentials(accessKeyID: key, secretAccessKey: secret, sessionToken: values["sessiontoken"])
    }
}

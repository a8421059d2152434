/// How a bucket and key become an address.
///
/// AWS wants the bucket in the host name; other stores, and names with dots, which no wildcard certificate covers, have
/// it in the path.
///
/// Source: "Virtual hosting of general purpose buckets", Amazon S3 User Guide.
struct S3Addressing: Sendable {
    let endpoint: AWSEndpoint

    /// - Parameter object: with an empty key for the bucket itself.
    func request(
        _ method: String, bucket: String, key: String? = nil, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = []
    ) throws -> SignableRequest {
        try Self.check(bucket)
        // An empty key would be an operation on the bucket: DELETE would delete it.
        if key?.isEmpty == true {
            throw AWSConfigurationError(reason: "an S3 object needs a key; the one in bucket '\(bucket)' is empty")
        }
        let isInHost = !endpoint.isCustom && !bucket.contains(".")
        let path = "/" + PercentEncoding.encode(key ?? "", keepingSlashes: true)
        return SignableRequest(
            method, scheme: endpoint.scheme, host: isInHost ? "\(bucket).\(endpoint.host)" : endpoint.host,
            path: endpoint.basePath + (isInHost ? path : "/\(bucket)" + (key == nil ? "" : path)), query: query,
            headers: headers)
    }

    func request(
        _ method: String, _ object: S3Object, query: [(name: String, value: String)] = [],
        headers: [(name: String, value: String)] = []
    ) throws -> SignableRequest {
        let version = object.version.map { [(name: "versionId", value: $0)] } ?? []
        return try request(method, bucket: object.bucket, key: object.key, query: query + version, headers: headers)
    }

    /// As "General purpose bucket naming rules" has it, but with the capitals and underscores of old buckets.
    private static func check(_ bucket: String) throws {
        let isAllowed = bucket.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isAllowed, (3...255).contains(bucket.utf8.count), bucket.first != "." else {
            throw AWSConfigurationError(
                reason: "'\(bucket)' is not a bucket name; expected 3 to 63 of a-z, 0-9, '-' and '.'")
        }
    }
}

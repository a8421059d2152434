import Curl

/// SNS and STS: an action and its parameters as a form, answered in XML.
///
/// Source: "AWS Query protocol", Smithy documentation.
struct QueryProtocol: Sendable {
    let client: ServiceClient
    /// The API's version, `YYYY-MM-DD`.
    let version: String

    /// - Parameters:
    ///   - resource: for errors; without secrets.
    ///   - parameters: not encoded.
    /// - Returns: the root of the answer.
    func call(
        _ action: String, on resource: String, _ parameters: [(name: String, value: String)]
    ) async throws -> XMLDocument.Element {
        let form = ([("Action", action), ("Version", version)] + parameters)
            .map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
        let body = Array(form.utf8)
        let request = SignableRequest(
            "POST", client.endpoint, headers: [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")])
        return try await client.run { attempt in
            let response = try await client.send(
                request, body: .bytes(body), payloadHash: SigV4.payloadHash(body), operation: action,
                resource: resource,
                attempt: attempt)
            guard let root = XMLDocument(response.body)?.root else {
                throw AWSError(
                    service: client.service, operation: action, resource: resource, status: response.status,
                    code: "InvalidResponse", message: "the answer is not XML")
            }
            return root
        }
    }
}

extension SignableRequest {
    /// To the root of an endpoint.
    init(_ method: String, _ endpoint: AWSEndpoint, headers: [(name: String, value: String)] = []) {
        self.init(
            method, scheme: endpoint.scheme, host: endpoint.host, path: endpoint.basePath + "/", headers: headers)
    }
}

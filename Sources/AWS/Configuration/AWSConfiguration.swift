package import Curl
import Foundation

/// What every client needs: region, credentials, endpoints, and the HTTP client they share.
package struct AWSConfiguration: Sendable {
    package var region: String
    package var credentials: CredentialProvider
    /// Instead of AWS's own.
    package var endpoints: [AWSService: AWSEndpoint]
    package var http: HTTPClient

    package init(
        region: String, credentials: CredentialProvider, endpoints: [AWSService: AWSEndpoint] = [:], http: HTTPClient
    ) {
        self.region = region
        self.credentials = credentials
        self.endpoints = endpoints
        self.http = http
    }

    /// As the AWS SDKs configure themselves. Credentials are looked for at the first request.
    /// - Throws: `AWSConfigurationError` if no region is set or an endpoint is not a URL.
    package init(_ environment: AWSEnvironment, http: HTTPClient) throws {
        // A custom endpoint is not part of AWS, and its signature works with any region.
        let isElsewhere = environment.endpointURL(of: .s3) != nil
        guard let region = environment.region ?? (isElsewhere ? "us-east-1" : nil) else {
            throw AWSConfigurationError(reason: "no AWS region; set AWS_REGION, for example to eu-central-1")
        }
        var endpoints: [AWSService: AWSEndpoint] = [:]
        for service in AWSService.allCases {
            endpoints[service] = try environment.endpointURL(of: service).map(AWSEndpoint.init(url:))
        }
        self.init(
            region: region, credentials: CredentialProvider(environment, http: http), endpoints: endpoints, http: http)
    }

    func endpoint(of service: AWSService) -> AWSEndpoint {
        endpoints[service] ?? AWSEndpoint(of: service, region: region)
    }

    func client(
        of service: AWSService, rules: SigV4.Rules = .general, surroundings: Surroundings? = nil
    ) -> ServiceClient {
        let http = http
        return ServiceClient(
            service, region: region, endpoint: endpoint(of: service), credentials: credentials, rules: rules,
            surroundings: surroundings ?? Surroundings(send: { try await http.send($0) }))
    }
}

import Curl
import Foundation
import Synchronization

@testable import AWS

/// A service that answers by a list, and remembers what it was asked.
final class ScriptedTransport: Sendable {
    private let state: Mutex<(answers: [Result<HTTPResponse, HTTPTransportError>], requests: [HTTPRequest])>

    init(_ answers: [Result<HTTPResponse, HTTPTransportError>]) {
        state = Mutex((answers, []))
    }

    convenience init(_ answers: HTTPResponse...) {
        self.init(answers.map { .success($0) })
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }

    var send: HTTPSend {
        { request in
            try self.state.withLock { state in
                state.requests.append(request)
                guard !state.answers.isEmpty else { throw HTTPTransportError(.other, "not expected: \(request.url)") }
                return try state.answers.removeFirst().get()
            }
        }
    }

    /// With this service instead of the network, and no waiting.
    func surroundings(now: @escaping @Sendable () -> Date = { Date() }) -> Surroundings {
        Surroundings(send: send, now: now, sleep: { _ in }, random: { 0.5 })
    }
}

extension HTTPResponse {
    static func make(_ body: String = "", status: Int = 200, headers: [String: String] = [:]) -> HTTPResponse {
        var fields = HTTPHeaders()
        for (name, value) in headers { fields.append(name, value) }
        return HTTPResponse(status: status, headers: fields, body: Array(body.utf8))
    }

    /// Temporary credentials as containers and instances answer them.
    static func credentialDocument(id: String, expiration: String = "2026-03-01T12:00:00Z") -> HTTPResponse {
        make(
            """
            {"Code": "Success", "AccessKeyId": "\(id)", "SecretAccessKey": "s3cr3t", "Token": "t0k3n",
             "Expiration": "\(expiration)"}
            """)
    }

    static func assumedRole(id: String) -> HTTPResponse {
        make(
            """
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>s3cr3t</SecretAccessKey>
            <SessionToken>t0k3n</SessionToken><Expiration>2026-03-01T12:00:00.000Z</Expiration>
            </Credentials></AssumeRoleResult></AssumeRoleResponse>
            """)
    }
}

extension AWSEnvironment {
    static func make(_ variables: [String: String] = [:], files: [String: String] = [:]) -> AWSEnvironment {
        AWSEnvironment(variables: ["HOME": "/home/cat"].merging(variables) { $1 }) { files[$0] }
    }
}

extension HTTPRequest {
    var text: String {
        if case .bytes(let bytes) = body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    func header(_ name: String) -> String? { headers.last { $0.name.lowercased() == name.lowercased() }?.value }
}

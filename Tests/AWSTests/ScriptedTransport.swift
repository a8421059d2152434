import Curl
import Foundation

@testable import AWS
import Threads

/// A service that answers by a list, and remembers what it was asked.
final class ScriptedTransport: Sendable {
    private let state: Locked<(answers: [Result<HTTPResponse, HTTPTransportError>], requests: [HTTPRequest])>

    init(_ answers: [Result<HTTPResponse, HTTPTransportError>]) {
        state = Locked((answers, []))
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

    /// Hands the body of a 2xx answer over in pieces of three bytes; cut off before the end if the answer's header `cut-at` says
    /// where.
    var download: HTTPDownload {
        { request, receive in
            var response = try await self.send(request)
            guard response.isSuccess else { return response }
            let end = response.headers["cut-at"].flatMap { Int($0) } ?? response.body.count
            let body = response.body.prefix(end)
            for start in stride(from: 0, to: body.count, by: 3) {
                try body[start..<min(start + 3, body.count)].withUnsafeBytes(receive)
            }
            if response.headers["cut-at"] != nil { throw HTTPTransportError(.cutOff, "cut off") }
            response.body = []
            return response
        }
    }

    /// With this service instead of the network, and no waiting.
    func surroundings(now: @escaping @Sendable () -> Date = { Date() }) -> Surroundings {
        Surroundings(send: send, download: download, now: now, sleep: { _ in }, random: { 0.5 })
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

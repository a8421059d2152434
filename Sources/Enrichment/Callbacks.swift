package import Curl
import Foundation
import OpenSSL
import Storage
package import Text

/// Where callers are told that their request is over, and how they know who says so.
///
/// A message is signed as the Standard Webhooks specification (1.0) has it: its id, the time and the body, with HMAC-SHA-256.
package struct Callbacks: Sendable {
    private static let timeout = Duration.seconds(15)

    private let secretID: String?
    private let trustedHosts: Set<String>
    private let publicURL: String?
    private let http: HTTPClient
    private let secret: SecretReader

    /// - Parameters:
    ///   - secretID: where the key is; nil refuses every address.
    ///   - trustedHosts: may have addresses of no public network, and be reached without TLS.
    ///   - publicURL: where callers reach this service; nil if the store's own links are all there is.
    package init(
        secretID: String?, trustedHosts: Set<String>, publicURL: String?, http: HTTPClient,
        secret: @escaping SecretReader
    ) {
        self.secretID = secretID
        self.trustedHosts = trustedHosts
        self.publicURL = publicURL
        self.http = http
        self.secret = secret
    }

    /// - Throws: `EnrichmentFailure` if nobody may be told there.
    package func check(_ url: String) throws {
        guard secretID != nil else {
            throw EnrichmentFailure(
                "callbackUrl is not offered here: CATALOG_CALLBACK_SECRET names no key to sign messages with.")
        }
        guard let address = WebAddress(url), !address.hasCredentials else {
            throw EnrichmentFailure("callbackUrl must be an https URL without user and password.")
        }
        guard trustedHosts.contains(address.host) || address.scheme == "https" else {
            throw EnrichmentFailure(
                "callbackUrl must be an https URL; http only of hosts that CATALOG_CALLBACK_HOSTS names.")
        }
    }

    /// Tells of a request.
    /// - Parameter id: the same for each try of a message.
    /// - Throws: `CallbackFailure`; `CancellationError`.
    func send(_ body: [UInt8], id: String, to url: String) async throws {
        guard let secretID, let address = WebAddress(url) else {
            throw CallbackFailure(reason: "CATALOG_CALLBACK_SECRET names no key here", isFinal: false)
        }
        let signature = CallbackSignature(key: try await key(secretID))
        let time = Int(Date().timeIntervalSince1970)
        var request = HTTPRequest(
            "POST", url,
            headers: [("Content-Type", "application/json")] + signature.headers(of: body, id: id, at: time),
            body: .bytes(body), timeout: Self.timeout)
        if !trustedHosts.contains(address.host) { request.reach = .publicAddresses }
        let response: HTTPResponse
        do {
            response = try await http.send(request)
        } catch let error as HTTPTransportError {
            throw CallbackFailure(reason: error.message, isFinal: false)
        }
        guard !response.isSuccess else { return }
        // Whoever is gone for good says so; anything else may be a mistake that somebody mends.
        throw CallbackFailure(
            reason: "\(address.host) answered \(response.status)", isFinal: response.status == 410)
    }

    private func key(_ id: String) async throws -> String {
        do {
            let key = try await secret(id, nil)
            KnownSecrets.remember(key.trimmingCharacters(in: .whitespacesAndNewlines))
            return key
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CallbackFailure(reason: "the key '\(id)' cannot be read: \(error)", isFinal: false)
        }
    }

    /// What is said of a request that is over.
    func body(_ request: EnrichmentRequest, _ usage: EnrichmentUsage, result: ObjectLink?, at time: Date) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.string("type", "enrichment.\(request.status.rawValue)")
            json.string("timestamp", time.formatted(.timestamp))
            json.key("data")
            json.object { json in
                json.standing(of: request)
                json.string("downloadUrl", result.flatMap { link(to: $0, of: request) })
                json.number("calls", usage.calls)
                json.number("credits", usage.credits)
            }
        }
        return json.bytes
    }

    private func link(to result: ObjectLink, of request: EnrichmentRequest) -> String? {
        result.url.hasPrefix("http") ? result.url : publicURL.map { "\($0)/enrichment/\(request.requestID)/file" }
    }
}

/// A message that did not arrive.
struct CallbackFailure: Error {
    var reason: String
    /// Trying again is of no use.
    var isFinal: Bool
}

/// How messages are signed.
struct CallbackSignature {
    private let key: [UInt8]

    /// - Parameter key: text as it is, or bytes in base 64 behind `whsec_`.
    init(key: String) {
        let text = key.trimmingCharacters(in: .whitespacesAndNewlines)
        let encoded = text.hasPrefix("whsec_") ? Data(base64Encoded: String(text.dropFirst("whsec_".count))) : nil
        self.key = encoded.map { [UInt8]($0) } ?? Array(text.utf8)
    }

    /// - Parameter time: in seconds of Unix.
    func headers(of body: [UInt8], id: String, at time: Int) -> [(name: String, value: String)] {
        let code = HMACSHA256.code(of: Array("\(id).\(time).".utf8) + body, key: key)
        return [
            ("webhook-id", id), ("webhook-timestamp", "\(time)"),
            ("webhook-signature", "v1,\(Data(code).base64EncodedString())"),
        ]
    }
}

extension JSONWriter {
    /// Members of an object: how a request stands, to whoever asks and to whoever is told.
    package mutating func standing(of request: EnrichmentRequest) {
        string("requestId", request.requestID)
        string("status", request.status.rawValue)
        string("createdAt", request.createdAt)
        string("completedAt", request.completedAt)
        number("totalRecords", request.totalRecords)
        number("matchedRecords", request.recordCounts?.matched)
        number("noMatchRecords", request.recordCounts?.noMatch)
        number("notAskedRecords", request.recordCounts?.notAsked)
        number("failedRecords", request.recordCounts?.failed)
        number("totalBatches", request.totalBatches)
        number("processedBatches", request.processedBatches)
        number("failedBatches", request.failedBatches)
        string("outputFileKey", request.outputKey)
        string("failureMessage", request.failureMessage)
    }
}

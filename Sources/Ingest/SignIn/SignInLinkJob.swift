import Catalog
import Foundation
import Jobs
import Logging
import Postgres

/// Mails links to sign in with to the vendors of an address; nothing if it is nobody's.
///
/// Only here is it looked up whose address it is, so that who asks learns nothing of it, neither by words nor by time. The secret of a link is
/// made here, too, and leaves in the mail: the database has its hash. A second try makes new ones.
struct SignInLinkJob: JobHandler {
    static let name = "sign-in-link"

    let kind = Self.name
    let resources: UploadJobResources

    func run(_ job: Job, _ logger: Logger) async throws -> JobCompletion {
        guard let address = resources.signInURL else {
            throw JobError.permanent(
                reason: "this worker mails no links: set CATALOG_PUBLIC_URL, and CATALOG_NOTIFY to a mail server")
        }
        let requestID = try Self.requestID(job)
        let links = try await makeLinks(for: requestID, at: address)
        // Addresses may differ in capital letters alone.
        for (number, recipient) in Set(links.map(\.email)).sorted().enumerated() {
            let mail = SignInLinkMail(links.filter { $0.email == recipient }.map(\.line))
            do {
                let identifier = "sign-in-\(requestID)-\(job.attempt)-\(number + 1)"
                try await resources.notifier.send(mail, to: recipient, identifier: identifier)
                logger.info("sign_in.mailed", metadata: ["channel": "\(resources.notifier.channel)"])
            } catch let error as Undeliverable {
                logger.warning("sign_in.undeliverable", metadata: ["error": "\(error)"])
            }
        }
        return .finished
    }

    private func makeLinks(
        for requestID: Int, at address: String
    ) async throws -> [(email: String, line: SignInLinkMail.Line)] {
        try await resources.pool.transaction { session in
            try session.vendors(askingToSignIn: requestID).map { vendor in
                let secret = TokenSecret.make(.link)
                let link = SignInLink(
                    linkID: secret.tokenID, secretSHA256: secret.sha256, vendorID: vendor.vendorID,
                    vendorName: vendor.vendorName)
                try session.addSignInLink(link, email: vendor.email)
                let line = SignInLinkMail.Line(
                    name: "\(vendor.vendorName) (\(vendor.vendorID))", url: "\(address)/sign-in/link/\(secret.text)")
                return (vendor.email, line)
            }
        }
    }

    // MARK: The job

    private struct Payload: Codable {
        var sign_in_request: Int
    }

    /// - Parameter requestID: of `catalog.sign_in_requests`. No address is in the queue, which many may look at.
    static func job(_ requestID: Int) -> NewJob {
        // Numbers always encode.
        let payload = try! JSONEncoder().encode(Payload(sign_in_request: requestID))
        return NewJob(
            queue: UploadStep.notify.rawValue, kind: name, payload: String(decoding: payload, as: UTF8.self),
            priority: 1)
    }

    private static func requestID(_ job: Job) throws -> Int {
        do {
            return try JSONDecoder().decode(Payload.self, from: Data(job.payload.utf8)).sign_in_request
        } catch {
            throw JobError.permanent(reason: "the payload lacks sign_in_request")
        }
    }
}

extension Session {
    /// Lets a worker mail a link to the vendor who has this address, if any: as part of a transaction that is the same for every address.
    /// - Parameters:
    ///   - address: of a mailbox.
    ///   - caller: from where it came, as limits count.
    /// - Returns: the seconds after which another try makes sense, if too many were asked for; else nil.
    package func orderSignInLink(to address: String, from caller: String) throws -> Int? {
        switch try requestSignInLink(to: address, from: caller) {
        case .tooMany(let seconds): return seconds
        case .kept(let requestID):
            try enqueue(SignInLinkJob.job(requestID))
            return nil
        }
    }
}

import CLibcurl

/// Hands a mail to a server: returns when the server has taken responsibility for it (RFC 5321, section 4.2.5).
///
/// Each mail has a connection of its own. If that is lost after the last byte, nobody knows whether the mail was taken: it is an error, and
/// another try may deliver twice.
/// - Throws: `SMTPError`; `CancellationError`.
package func sendMail(_ mail: SMTPMessage, via server: SMTPServer) async throws {
    try mail.check(server)
    let driver = Driver(connectionsPerHost: 1)
    defer { driver.close() }
    let outcome = try await driver.run(Transfer(mail.plan(server)))
    if let error = SMTPError(outcome, server) { throw error }
}

extension SMTPMessage {
    /// A line break in an address would be a command of its own.
    func check(_ server: SMTPServer) throws(SMTPError) {
        let isSafe = ([sender] + recipients).allSatisfy { address in
            !address.utf8.contains { $0 <= 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ">") }
        }
        guard isSafe, !recipients.isEmpty, !recipients.contains("") else {
            throw SMTPError(isPermanent: true, code: nil, message: "\(server.url): a mail without valid addresses")
        }
    }

    func plan(_ server: SMTPServer) -> TransferPlan {
        var plan = TransferPlan(
            url: server.url, connect: .seconds(10), stall: .seconds(60), total: .seconds(300), caFile: server.caFile,
            sink: .buffer(limit: 64 << 10))
        plan.settings += [
            .text(CURLOPT_PROXY, ""),
            .number(CURLOPT_USE_SSL, Int(server.security.rawValue)),
            .text(CURLOPT_MAIL_FROM, "<\(sender)>"),
            .list(CURLOPT_MAIL_RCPT, recipients.map { "<\($0)>" }),
        ]
        if let user = server.user, let password = server.password {
            plan.settings += [.text(CURLOPT_USERNAME, user), .text(CURLOPT_PASSWORD, password)]
        }
        plan.send(.bytes(bytes))
        return plan
    }
}

extension SMTPServer {
    fileprivate var security: curl_usessl {
        if usesTLS { return CURLUSESSL_ALL }
        return switch startTLS {
        case .required: CURLUSESSL_ALL
        case .optional: CURLUSESSL_TRY
        case .never: CURLUSESSL_NONE
        }
    }
}

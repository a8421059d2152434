package import Postgres

/// The statements of `catalog.sign_in_requests` and `catalog.sign_in_links`.
extension SignInLink {
    /// Two that ask at once would both be the last that may. The caller's lock comes first: whoever waits for an address holds no other.
    static func holdCaller(_ caller: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('sign in from ' || \(caller)::text, 0))"
    }

    static func holdAddress(_ address: String) -> Statement {
        "select pg_advisory_xact_lock(hashtextextended('sign in as ' || lower(\(address)::text), 0))"
    }

    /// Until one more may be asked for, in seconds; null or less than nothing: now. Whose address it is makes no difference.
    static func wait(_ address: String, from caller: String) -> Statement {
        """
        select extract(epoch from interval '1 hour' - (clock_timestamp() - greatest(
            (select r.requested_at from catalog.sign_in_requests r where r.address = lower(\(address)::text)
             order by r.requested_at desc offset \(SignInLimits.perAddress)::integer - 1 limit 1),
            (select r.requested_at from catalog.sign_in_requests r where r.caller = \(caller)::text
             order by r.requested_at desc offset \(SignInLimits.perCaller)::integer - 1 limit 1))))::float8 as seconds
        """
    }

    static func request(_ address: String, from caller: String) -> Statement {
        """
        insert into catalog.sign_in_requests (address, caller) values (lower(\(address)::text), \(caller)::text)
        returning request_id
        """
    }

    /// Who has the address of a request that somebody still waits for.
    static func selectVendors(asking requestID: Int) -> Statement {
        """
        select v.vendor_id, v.vendor_name, v.email
        from catalog.sign_in_requests r join catalog.vendors v on lower(v.email) = r.address
        where r.request_id = \(requestID)::bigint and r.requested_at > clock_timestamp() - interval '15 minutes' and v.status = 'active'
        order by v.vendor_id
        """
    }

    /// - Parameter email: where it is going to be mailed.
    static func insert(_ link: SignInLink, email: String) -> Statement {
        """
        insert into catalog.sign_in_links (link_id, secret_sha256, vendor_id, email)
        values (\(link.linkID)::text, \(link.secretSHA256)::text, \(link.vendorID)::text, \(email)::text)
        """
    }

    /// One that still works.
    /// - Parameter seconds: or that was used no longer ago, which is what a second click finds.
    static func select(_ linkID: String, orUsedWithin seconds: Int) -> Statement {
        """
        select l.link_id, l.secret_sha256, l.vendor_id, v.vendor_name
        from catalog.sign_in_links l join catalog.vendors v using (vendor_id)
        where l.link_id = \(linkID)::text
          and (l.used_at is null and l.expires_at > clock_timestamp()
              or l.used_at > clock_timestamp() - make_interval(secs => \(seconds)::integer))
          and v.status = 'active' and v.email = l.email
        """
    }

    /// Of two that come at once, one waits for the other and then finds it used.
    static func use(_ linkID: String) -> Statement {
        """
        update catalog.sign_in_links l set used_at = clock_timestamp()
        from catalog.vendors v
        where l.link_id = \(linkID)::text and l.used_at is null and l.expires_at > clock_timestamp()
          and v.vendor_id = l.vendor_id and v.status = 'active' and v.email = l.email
        """
    }

    static let deleteOldRequests: Statement =
        "delete from catalog.sign_in_requests where requested_at < clock_timestamp() - interval '1 hour'"

    /// A session that began with one may last for twelve hours.
    static let deleteOld: Statement =
        "delete from catalog.sign_in_links where expires_at < clock_timestamp() - interval '12 hours'"

    init(_ row: Row) throws {
        try self.init(
            linkID: row.get("link_id"), secretSHA256: row.get("secret_sha256"), vendorID: row.get("vendor_id"),
            vendorName: row.get("vendor_name"))
    }
}

extension Session {
    /// Keeps the wish for a link: the same for every address, known or not. Part of a transaction.
    /// - Parameter caller: from where it came, as limits count.
    package func requestSignInLink(to address: String, from caller: String) throws -> SignInRequest {
        try execute(SignInLink.holdCaller(caller))
        try execute(SignInLink.holdAddress(address))
        let wait: Double? = try first(SignInLink.wait(address, from: caller))?.get("seconds")
        if let wait, wait > 0 { return .tooMany(seconds: Int(wait.rounded(.up))) }
        guard let row = try first(SignInLink.request(address, from: caller)) else {
            preconditionFailure("an insert that returns gives its row")
        }
        return .kept(try row.get("request_id"))
    }

    /// The active vendors of the address of a request, by id: none if nobody has it, or the request is older than 15 minutes.
    package func vendors(askingToSignIn requestID: Int) throws -> [(
        vendorID: String, vendorName: String, email: String
    )] {
        try query(SignInLink.selectVendors(asking: requestID)).map {
            (try $0.get("vendor_id"), try $0.get("vendor_name"), try $0.get("email"))
        }
    }

    /// Stores a link that is going to be mailed; it works for 15 minutes from now.
    package func addSignInLink(_ link: SignInLink, email: String) throws {
        try execute(SignInLink.insert(link, email: email))
    }

    /// A link that was not used yet and still works.
    /// - Parameter seconds: or that was used no longer ago.
    package func signInLink(_ linkID: String, orUsedWithin seconds: Int = 0) throws -> SignInLink? {
        try first(SignInLink.select(linkID, orUsedWithin: seconds)).map(SignInLink.init)
    }

    /// Uses a link up.
    /// - Returns: false if it does not work any more.
    package func useSignInLink(_ linkID: String) throws -> Bool { try execute(SignInLink.use(linkID)) == 1 }

    /// Forgets links with whose sessions it is over, and who asked for some.
    package func deleteOldSignInLinks() throws {
        try execute(SignInLink.deleteOldRequests)
        try execute(SignInLink.deleteOld)
    }
}

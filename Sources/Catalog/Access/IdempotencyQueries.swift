import Postgres

/// An answer to a POST, kept to be given again.
public struct KeptAnswer: Sendable, Equatable {
    /// Of the request it answered: method, path, body as far as known.
    public var fingerprint: String
    /// nil while the request is at work.
    public var status: Int?
    /// A JSON object of names and values.
    public var headers: String
    public var body: String

    /// An answer; `headers` is a JSON object.
    public init(fingerprint: String, status: Int?, headers: String, body: String) {
        self.fingerprint = fingerprint
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// The statements of `catalog.idempotency_keys`.
enum IdempotencyKey {
    /// A request that has not been answered for this long lost its process.
    static let patience = 300

    static func claim(_ key: String, subject: String, fingerprint: String) -> Statement {
        """
        insert into catalog.idempotency_keys as k (subject, idempotency_key, fingerprint)
        values (\(subject)::text, \(key)::text, \(fingerprint)::text)
        on conflict (subject, idempotency_key) do update
        set fingerprint = excluded.fingerprint, status = null, headers = null, body = null, created_at = now()
        where k.created_at < now() - interval '24 hours'
           or (k.status is null and k.created_at < now() - make_interval(secs => \(patience)::integer))
        """
    }

    static func select(_ key: String, subject: String) -> Statement {
        """
        select fingerprint, status, coalesce(headers::text, '{}') as headers, coalesce(body, '') as body
        from catalog.idempotency_keys where subject = \(subject)::text and idempotency_key = \(key)::text
        """
    }

    static func keep(_ key: String, subject: String, _ answer: KeptAnswer) -> Statement {
        """
        update catalog.idempotency_keys
        set status = \(answer.status)::integer, headers = \(answer.headers)::jsonb, body = \(answer.body)::text
        where subject = \(subject)::text and idempotency_key = \(key)::text and status is null
        """
    }

    static func forget(_ key: String, subject: String) -> Statement {
        """
        delete from catalog.idempotency_keys
        where subject = \(subject)::text and idempotency_key = \(key)::text and status is null
        """
    }

    static let deleteExpired: Statement =
        "delete from catalog.idempotency_keys where created_at < now() - interval '24 hours'"
}

extension Session {
    /// Takes an idempotency key for a request that is about to be worked on.
    /// - Returns: nil if the key is this request's now; what stands there if it is another's.
    public func claimIdempotencyKey(_ key: String, subject: String, fingerprint: String) throws -> KeptAnswer? {
        guard try execute(IdempotencyKey.claim(key, subject: subject, fingerprint: fingerprint)) == 0,
            let row = try first(IdempotencyKey.select(key, subject: subject))
        else { return nil }
        return try KeptAnswer(
            fingerprint: row.get("fingerprint"), status: row.get("status"), headers: row.get("headers"),
            body: row.get("body"))
    }

    /// Keeps the answer to a request whose key was claimed.
    public func keepAnswer(_ answer: KeptAnswer, key: String, subject: String) throws {
        try execute(IdempotencyKey.keep(key, subject: subject, answer))
    }

    /// Gives a claimed key back: the request came to nothing and may be repeated.
    public func forgetIdempotencyKey(_ key: String, subject: String) throws {
        try execute(IdempotencyKey.forget(key, subject: subject))
    }

    /// Forgets answers older than a day.
    public func deleteExpiredIdempotencyKeys() throws {
        try execute(IdempotencyKey.deleteExpired)
    }
}

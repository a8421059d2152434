package import Postgres

/// An answer to a POST, kept to be given again.
package struct KeptAnswer: Sendable, Equatable {
    /// Of the request it answered: method, path, and what else is known before its body is read.
    package var fingerprint: String
    /// Of the body, 64 hexadecimal digits; nil if it was not read to its end.
    package var bodySHA256: String?
    /// nil while the request is at work.
    package var status: Int?
    /// A JSON object of names and values.
    package var headers: String
    package var body: String

    /// An answer; `headers` is a JSON object.
    package init(fingerprint: String, bodySHA256: String? = nil, status: Int?, headers: String, body: String) {
        self.fingerprint = fingerprint
        self.bodySHA256 = bodySHA256
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// A request that works under a key. The attempt fences it: who took the key over has a higher one.
package struct IdempotencyClaim: Sendable, Equatable {
    package let subject: String
    package let key: String
    package let attempt: Int
}

/// What became of the wish to work under a key.
package enum IdempotencyOutcome: Sendable, Equatable {
    case claimed(IdempotencyClaim)
    /// Another request has it, or had it and was answered.
    case taken(KeptAnswer)
}

/// The statements of `catalog.idempotency_keys`.
enum IdempotencyKey {
    /// A request without a heartbeat for this long lost its process.
    static let timeout = 30

    static func claim(_ key: String, subject: String, fingerprint: String) -> Statement {
        """
        insert into catalog.idempotency_keys as k (subject, idempotency_key, fingerprint)
        values (\(subject)::text, \(key)::text, \(fingerprint)::text)
        on conflict (subject, idempotency_key) do update
        set fingerprint = excluded.fingerprint, status = null, headers = null, body = null, body_sha256 = null,
            attempt = k.attempt + 1, created_at = now(), seen_at = clock_timestamp()
        where k.created_at < now() - interval '24 hours'
           or (k.status is null and k.seen_at < clock_timestamp() - make_interval(secs => \(timeout)::integer))
        returning attempt
        """
    }

    static func select(_ key: String, subject: String) -> Statement {
        """
        select fingerprint, body_sha256, status, coalesce(headers::text, '{}') as headers, coalesce(body, '') as body
        from catalog.idempotency_keys where subject = \(subject)::text and idempotency_key = \(key)::text
        """
    }

    static func hold(_ claim: IdempotencyClaim) -> Statement {
        """
        update catalog.idempotency_keys set seen_at = clock_timestamp()
        where subject = \(claim.subject)::text and idempotency_key = \(claim.key)::text
          and attempt = \(claim.attempt)::integer and status is null
        """
    }

    static func keep(_ claim: IdempotencyClaim, _ answer: KeptAnswer) -> Statement {
        """
        update catalog.idempotency_keys
        set status = \(answer.status)::integer, headers = \(answer.headers)::jsonb, body = \(answer.body)::text,
            body_sha256 = \(answer.bodySHA256)::text
        where subject = \(claim.subject)::text and idempotency_key = \(claim.key)::text
          and attempt = \(claim.attempt)::integer and status is null
        """
    }

    static func forget(_ claim: IdempotencyClaim) -> Statement {
        """
        delete from catalog.idempotency_keys
        where subject = \(claim.subject)::text and idempotency_key = \(claim.key)::text
          and attempt = \(claim.attempt)::integer and status is null
        """
    }

    static let deleteExpired: Statement =
        "delete from catalog.idempotency_keys where created_at < now() - interval '24 hours'"
}

extension Session {
    /// Takes an idempotency key for a request that is about to be worked on.
    package func claimIdempotencyKey(
        _ key: String, subject: String, fingerprint: String
    ) throws -> IdempotencyOutcome {
        while true {
            if let row = try first(IdempotencyKey.claim(key, subject: subject, fingerprint: fingerprint)) {
                return .claimed(IdempotencyClaim(subject: subject, key: key, attempt: try row.get("attempt")))
            }
            // Gone again if its request failed between the two statements: then the key is free.
            guard let row = try first(IdempotencyKey.select(key, subject: subject)) else { continue }
            return .taken(
                try KeptAnswer(
                    fingerprint: row.get("fingerprint"), bodySHA256: row.get("body_sha256"), status: row.get("status"),
                    headers: row.get("headers"), body: row.get("body")))
        }
    }

    /// Tells that a request is still at work. In the transaction of its work this is the fence: nobody can take the key
    /// over before that transaction has ended.
    /// - Returns: false if another request has taken the key over.
    package func holdIdempotencyKey(_ claim: IdempotencyClaim) throws -> Bool {
        try execute(IdempotencyKey.hold(claim)) == 1
    }

    /// Keeps the answer to a request whose key was claimed, unless another one has taken the key over.
    package func keepAnswer(_ answer: KeptAnswer, for claim: IdempotencyClaim) throws {
        try execute(IdempotencyKey.keep(claim, answer))
    }

    /// Gives a claimed key back: the request came to nothing and may be repeated.
    package func forgetIdempotencyKey(_ claim: IdempotencyClaim) throws {
        try execute(IdempotencyKey.forget(claim))
    }

    /// Forgets answers older than a day.
    package func deleteExpiredIdempotencyKeys() throws {
        try execute(IdempotencyKey.deleteExpired)
    }
}

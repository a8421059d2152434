package import Postgres

/// What became of the wish to store an announced object.
enum ObjectClaim: Sendable, Equatable {
    /// The caller stores it now.
    case claimed
    /// Somebody brought bytes of this SHA-256 before.
    case taken(sha256: String, isStored: Bool)
}

/// The statements of `intake.received_objects`.
enum ReceivedObject {
    /// Whoever has not stored the bytes after this time lost its process.
    static let timeout = 300

    static func claim(bucket: String, key: String, sha256: String, tokenSHA256: String?) -> Statement {
        """
        insert into intake.received_objects as r (bucket, object_key, sha256, token_sha256)
        values (\(bucket)::text, \(key)::text, \(sha256)::text, \(tokenSHA256)::text)
        on conflict (bucket, object_key) do update
        set sha256 = excluded.sha256, token_sha256 = excluded.token_sha256, taken_at = clock_timestamp()
        where r.stored_at is null and r.taken_at < clock_timestamp() - make_interval(secs => \(timeout)::integer)
        """
    }

    static func select(bucket: String, key: String) -> Statement {
        """
        select sha256, stored_at is not null as is_stored from intake.received_objects
        where bucket = \(bucket)::text and object_key = \(key)::text
        """
    }

    static func select(tokenSHA256: String) -> Statement {
        """
        select object_key, sha256 from intake.received_objects
        where token_sha256 = \(tokenSHA256)::text and stored_at is not null
        """
    }

    static func finish(bucket: String, key: String, sha256: String) -> Statement {
        """
        update intake.received_objects set stored_at = clock_timestamp()
        where bucket = \(bucket)::text and object_key = \(key)::text and sha256 = \(sha256)::text
        """
    }

    static func release(bucket: String, key: String, sha256: String) -> Statement {
        """
        delete from intake.received_objects
        where bucket = \(bucket)::text and object_key = \(key)::text and sha256 = \(sha256)::text and stored_at is null
        """
    }

    static let deleteOld: Statement =
        "delete from intake.received_objects where taken_at < clock_timestamp() - interval '2 days'"
}

extension Session {
    /// Claims an object for a caller that has its bytes.
    func claimObject(bucket: String, key: String, sha256: String, tokenSHA256: String?) throws -> ObjectClaim {
        while true {
            let claim = ReceivedObject.claim(bucket: bucket, key: key, sha256: sha256, tokenSHA256: tokenSHA256)
            if try execute(claim) == 1 { return .claimed }
            // Gone again if its caller failed between the two statements.
            guard let row = try first(ReceivedObject.select(bucket: bucket, key: key)) else { continue }
            return .taken(sha256: try row.get("sha256"), isStored: try row.get("is_stored"))
        }
    }

    /// The bytes are stored and their arrival is recorded. Belongs into the same transaction.
    func finishReceivedObject(bucket: String, key: String, sha256: String) throws {
        try execute(ReceivedObject.finish(bucket: bucket, key: key, sha256: sha256))
    }

    /// The bytes could not be stored: another caller may try at once.
    func releaseReceivedObject(bucket: String, key: String, sha256: String) throws {
        try execute(ReceivedObject.release(bucket: bucket, key: key, sha256: sha256))
    }

    /// The object that came by a link and is stored.
    func receivedObject(tokenSHA256: String) throws -> (key: String, sha256: String)? {
        try first(ReceivedObject.select(tokenSHA256: tokenSHA256)).map {
            (try $0.get("object_key"), try $0.get("sha256"))
        }
    }

    /// SHA-256 of the bytes that this service took for an object.
    func receivedObject(bucket: String, key: String) throws -> String? {
        try first(ReceivedObject.select(bucket: bucket, key: key))?.get("sha256")
    }

    /// Forgets what was received more than two days ago: links live for one.
    package func deleteOldReceivedObjects() throws { try execute(ReceivedObject.deleteOld) }
}

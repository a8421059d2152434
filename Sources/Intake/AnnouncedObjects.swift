package import Postgres
package import Storage

/// Objects that are announced before their bytes come, over HTTP: the store takes the bytes by a link, or this service does.
///
/// Each pipeline has a prefix for them in the bucket of uploads, and a route that leads from there. Whoever took the bytes,
/// their arrival is recorded as for any other object.
package struct AnnouncedObjects: Sendable {
    package let bucket: String
    package let prefix: String
    package let pool: Pool
    private let route: Route
    private let store: any ObjectStore
    private let recorder: ArrivalRecorder

    /// - Parameters:
    ///   - bucket: by which `ObjectStores` finds the same store.
    ///   - prefix: of all keys; ends in a slash.
    ///   - pipeline: by which its route names it.
    package init(
        _ store: any ObjectStore, bucket: String, prefix: String, pipeline: String, options: RouteOptions = .none,
        recorder: ArrivalRecorder
    ) {
        self.store = store
        self.bucket = bucket
        self.prefix = prefix
        self.recorder = recorder
        pool = recorder.pool
        route = Route(bucket: bucket, prefix: prefix, pipeline: pipeline, options: options)
    }

    /// A link to which anybody can PUT the object.
    /// - Returns: nil if the store takes nothing from outside: this service does then.
    /// - Throws: errors of a store that cannot be reached: a link to it would leave an upload that waits in vain.
    package func uploadLink(to key: String, sha256: String?) async throws -> UploadLink? {
        guard let link = try await store.uploadLink(to: key, sha256: sha256) else { return nil }
        // A link is made without the store. Whatever it answers to this question, it is there: it may show nothing but what is put.
        do { _ = try await store.head(key) } catch is ObjectStoreError {}
        return link
    }

    /// Makes sure that the object's arrival will be noticed. Belongs into the transaction that announces it.
    package func expect(_ session: Session) throws { try session.ensureRoute(route) }

    /// Stores bytes that this service took and records their arrival, once: of several callers the first one stores, and
    /// whoever brings the same bytes meanwhile or later learns that they are there.
    /// - Parameters:
    ///   - tokenSHA256: of the secret in the link that took the bytes.
    ///   - announcing: joins the transaction that records the arrival, before it: for objects that are announced only now.
    /// - Throws: `OtherBytesTaken`; errors of the store and of `announcing`: then nothing is recorded.
    package func put(
        _ key: String, _ file: ReceivedFile, tokenSHA256: String? = nil,
        announcing: @escaping @Sendable (Session) throws -> Void = { _ in }
    ) async throws {
        guard try await claim(key, file.sha256, tokenSHA256) else { return }
        do {
            let event = try await put(key, file)
            try await recorder.record(event) { [bucket] session in
                try announcing(session)
                try session.finishReceivedObject(bucket: bucket, key: key, sha256: file.sha256)
            }
        } catch {
            // In a task of its own, because a caller that left has cancelled this one. Should it fail, the claim times out.
            try? await Task { [pool, bucket] in
                try await pool.run { try $0.releaseReceivedObject(bucket: bucket, key: key, sha256: file.sha256) }
            }.value
            throw error
        }
    }

    /// Stores bytes under a key that nobody else can know, and records their arrival and what becomes of it in one transaction.
    /// - Parameter beginning: joins the transaction; makes the work of it.
    /// - Throws: errors of the store and of `beginning`: then nothing is recorded.
    package func putNew(
        _ key: String, _ file: ReceivedFile,
        beginning: @escaping @Sendable (Session, ObjectEvent) throws -> ArrivalOutcome
    ) async throws {
        try await recorder.record(try await put(key, file), below: route, beginning: beginning)
    }

    /// Whether this service took these bytes for the object before.
    /// - Throws: `OtherBytesTaken` if it took others.
    package func has(_ file: ReceivedFile, at key: String) async throws -> Bool {
        guard let sha256 = try await pool.run({ [bucket] in try $0.receivedObject(bucket: bucket, key: key) }) else {
            return false
        }
        guard sha256 == file.sha256 else { throw OtherBytesTaken() }
        return true
    }

    /// What came by a link before, if it is stored.
    package func received(tokenSHA256: String) async throws -> (key: String, sha256: String)? {
        try await pool.run { try $0.receivedObject(tokenSHA256: tokenSHA256) }
    }

    /// - Returns: false if the same bytes are stored already.
    private func claim(_ key: String, _ sha256: String, _ tokenSHA256: String?) async throws -> Bool {
        while true {
            let claim = try await pool.run { [bucket] in
                try $0.claimObject(bucket: bucket, key: key, sha256: sha256, tokenSHA256: tokenSHA256)
            }
            switch claim {
            case .claimed: return true
            case .taken(sha256, isStored: true): return false
            // Whether the other caller succeeds is not known yet: it is another connection's, maybe another process's.
            case .taken(sha256, isStored: false): try await Task.sleep(for: .milliseconds(50))
            case .taken: throw OtherBytesTaken()
            }
        }
    }

    private func put(_ key: String, _ file: ReceivedFile) async throws -> ObjectEvent {
        try await store.put(key, contentsOf: file.file)
        guard let object = try await store.head(key) else {
            throw ObjectStoreError(reason: "'\(key)' vanished after it was stored", isGone: true)
        }
        return ObjectEvent(
            source: .api, bucket: bucket, key: key, versionID: object.version, etag: object.etag,
            byteCount: object.size, occurredAt: object.lastModified)
    }
}

/// Somebody else brought other bytes for the same announced object first.
package struct OtherBytesTaken: Error, Equatable {}

import Postgres

/// A job that was given up.
public struct DeadJob: Sendable, Codable {
    public var jobID: Int
    public var queue: String
    public var kind: String
    /// JSON.
    public var payload: String
    public var attempts: Int
    public var lastError: String
    public var createdAt: String
}

/// Which dead jobs an operator means; what is nil matches all.
public struct DeadJobFilter: Sendable {
    public var jobIDs: [Int]?
    public var kind: String?
    /// POSIX regular expression on the last error.
    public var errorPattern: String?

    public init(jobIDs: [Int]? = nil, kind: String? = nil, errorPattern: String? = nil) {
        self.jobIDs = jobIDs
        self.kind = kind
        self.errorPattern = errorPattern
    }
}

extension DeadJobFilter {
    var condition: Statement {
        """
        state = 'dead' and (\(jobIDs)::bigint[] is null or job_id = any (\(jobIDs)::bigint[]))
            and (\(kind)::text is null or kind = \(kind)::text)
            and (\(errorPattern)::text is null or last_error ~ \(errorPattern)::text)
        """
    }
}

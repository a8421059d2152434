import Postgres

/// A job that was given up.
package struct DeadJob: Sendable {
    package var jobID: Int
    package var queue: String
    package var kind: String
    /// JSON.
    package var payload: String
    package var attempts: Int
    package var lastError: String
    package var createdAt: String
}

/// Which dead jobs an operator means; what is nil matches all.
package struct DeadJobFilter: Sendable {
    package var jobIDs: [Int]?
    package var kind: String?
    /// POSIX regular expression on the last error.
    package var errorPattern: String?
    package var queue: String?
    /// None newer than this.
    package var through: Int?

    package init(
        jobIDs: [Int]? = nil, kind: String? = nil, errorPattern: String? = nil, queue: String? = nil,
        through: Int? = nil
    ) {
        self.jobIDs = jobIDs
        self.kind = kind
        self.errorPattern = errorPattern
        self.queue = queue
        self.through = through
    }
}

extension DeadJobFilter {
    var condition: Statement {
        """
        state = 'dead' and (\(jobIDs)::bigint[] is null or job_id = any (\(jobIDs)::bigint[]))
            and (\(kind)::text is null or kind = \(kind)::text)
            and (\(errorPattern)::text is null or last_error ~ \(errorPattern)::text)
            and (\(queue)::text is null or queue = \(queue)::text)
            and (\(through)::bigint is null or job_id <= \(through)::bigint)
        """
    }
}

import Postgres

/// A job that is enqueued once per period by whichever worker comes first: nobody leads.
package struct PeriodicJob: Sendable {
    package var job: NewJob
    /// Whole seconds; periods are aligned to the Unix epoch.
    package var seconds: Int

    /// - Parameters:
    ///   - job: its unique key becomes `kind@period`.
    ///   - seconds: length of the period.
    package init(_ job: NewJob, everySeconds seconds: Int) {
        precondition(seconds > 0, "a period has a length")
        self.job = job
        self.seconds = seconds
    }
}

extension Session {
    /// Enqueues the job unless some worker did so in this period.
    @discardableResult
    func enqueueIfDue(_ periodic: PeriodicJob) throws -> Bool {
        guard let row = try first(Job.beginPeriod(periodic.job.kind, seconds: periodic.seconds)) else { return false }
        var job = periodic.job
        job.uniqueKey = "\(job.kind)@\(try row.get("period", as: String.self))"
        return try enqueue(job) != nil
    }
}

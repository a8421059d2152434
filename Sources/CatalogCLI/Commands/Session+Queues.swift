import Catalog
import Jobs
import Postgres

extension Session {
    /// - Throws: `CommandFailure` with the nearest name if nobody works on a queue of that name, and no job is in it.
    func requireQueue(_ name: String) throws {
        let known = Set(JobWorkerConfiguration.queues + (try queueStatuses().map(\.queue))).sorted()
        guard !known.contains(name) else { return }
        let hint = NearestName(known).nearest(to: name).map { "did you mean '\($0)'?" }
        throw CommandFailure("no queue is called '\(name)': \(hint ?? "there are \(known.joined(separator: ", "))")")
    }
}

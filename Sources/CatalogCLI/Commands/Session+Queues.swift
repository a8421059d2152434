import Catalog
import Jobs
import Postgres

extension Session {
    /// - Parameter known: queues that somebody works on.
    /// - Throws: `CommandFailure` with the nearest name if it is none of these, and no job is in it.
    func requireQueue(_ name: String, _ known: [String]) throws {
        let known = Set(known + (try queueStatuses().map(\.queue))).sorted()
        guard !known.contains(name) else { return }
        let hint = NearestName(known).nearest(to: name).map { "did you mean '\($0)'?" }
        throw CommandFailure("no queue is called '\(name)': \(hint ?? "there are \(known.joined(separator: ", "))")")
    }
}

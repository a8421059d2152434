import Foundation
package import Postgres

/// For whom the transactions of a task write, as `catalog.current_actor()` and history have it.
package struct Attribution: Sendable {
    /// `token:ID`, `jwt:SUBJECT`, `os:USER`, `job:KIND CAUSE`, or the part of the service that works by itself; never a secret.
    package var actor: String
    /// Of the request that is being answered, or led to the job.
    package var requestID: String?

    package init(actor: String, requestID: String? = nil) {
        self.actor = actor
        self.requestID = requestID
    }

    /// Of a command: the user of the operating system, who need not be the database's.
    package static var command: Attribution {
        let user = getpwuid(geteuid()).flatMap { $0.pointee.pw_name }.map { String(cString: $0) }
        return Attribution(actor: "os:\(user ?? "uid \(geteuid())")")
    }

    /// Of a job.
    /// - Parameters:
    ///   - subject: the upload, list or window that it is about, or its own id.
    ///   - requestID: of the request that led to it.
    package static func job(kind: String, about subject: String, requestID: String?) -> Attribution {
        Attribution(actor: "job:\(kind) \(subject)", requestID: requestID)
    }

    /// What every transaction of the task is told.
    package var context: TransactionContext {
        var settings = ["catalog.actor": actor]
        if let requestID { settings["catalog.request_id"] = requestID }
        return TransactionContext(settings: settings)
    }
}

import Foundation
package import Postgres

/// For whom the transactions of a task write, as `catalog.current_actor()` and history have it.
package struct Attribution: Sendable {
    /// `token:ID`, `jwt:SUBJECT`, `os:USER`, `job:KIND CAUSE`, or the part of the service that works by itself; never a secret.
    package var actor: String
    /// Of the request that is being answered.
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

    /// Of a job, with what it is about.
    /// - Parameter payload: a JSON object, which names an upload, a request or a window, or nothing.
    package static func job(kind: String, id: Int, payload: String) -> Attribution {
        struct Cause: Decodable {
            var upload_id: String?
            var request_id: String?
            var window: String?
        }
        // A payload of another shape has no cause that could be named.
        let cause = try? JSONDecoder().decode(Cause.self, from: Data(payload.utf8))
        return Attribution(actor: "job:\(kind) \(cause?.upload_id ?? cause?.request_id ?? cause?.window ?? "\(id)")")
    }

    /// What every transaction of the task is told.
    package var context: TransactionContext {
        var settings = ["catalog.actor": actor]
        if let requestID { settings["catalog.request_id"] = requestID }
        return TransactionContext(settings: settings)
    }
}

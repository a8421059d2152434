import Foundation
import Postgres

extension UploadAnnouncement {
    var statement: Statement {
        // Texts and numbers always encode.
        let payload = String(decoding: try! JSONEncoder().encode(self), as: UTF8.self)
        return "select pg_notify(\(Self.channel)::text, \(payload)::text)"
    }
}

extension Session {
    /// Tells whoever watches that the upload's row changed. Not for the transaction of a large load.
    func announceChange(of uploadID: String) throws {
        try execute(UploadAnnouncement(uploadID).statement)
    }
}

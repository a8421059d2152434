import Foundation
import Postgres

extension Session {
    /// Tells whoever watches how far an upload is, or that its row changed: after the commit if a transaction is open.
    func announce(_ uploadID: String, _ progress: OnboardingProgress? = nil) {
        // Texts and numbers always encode.
        let payload = try! JSONEncoder().encode(UploadAnnouncement(uploadID, progress))
        tell(UploadAnnouncement.channel, String(decoding: payload, as: UTF8.self))
    }
}

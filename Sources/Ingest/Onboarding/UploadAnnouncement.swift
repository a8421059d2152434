import Foundation

/// What is told about uploads while they are at work, over NOTIFY, as long as somebody watches: nothing depends on it.
package struct UploadAnnouncement: Sendable, Codable, Equatable {
    /// The channel of all uploads.
    package static let channel = "catalog.uploads"

    package var uploadId: String
    /// What is being done; nil if the upload's row changed.
    package var phase: String?
    /// Data rows passed in this phase.
    package var rows: Int?
    /// 0 to 1 of this phase, where the size is known.
    package var fraction: Double?

    init(_ uploadID: String, _ progress: OnboardingProgress? = nil) {
        uploadId = uploadID
        phase = progress?.phase.rawValue
        rows = progress?.rows
        fraction = progress?.fraction.map { ($0 * 1000).rounded() / 1000 }
    }

    /// Reads the payload of a notification; nil if it is none of ours.
    package init?(payload: String) {
        // What cannot be read is somebody else's.
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(payload.utf8)) else { return nil }
        self = read
    }
}

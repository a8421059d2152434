import Foundation
import Jobs

/// The three steps of an upload from a bucket, one job each: onboard → report (if there are errors) → notify.
///
/// Each step commits its result, its end and its successor in one transaction, so that a crash before it repeats the step
/// and a crash after it does not.
enum UploadStep: String {
    case onboard, report, notify

    /// One live job per upload and step; uploads of one vendor run one after another.
    func job(_ uploadID: String, vendorID: String) -> NewJob {
        NewJob(
            queue: "\(rawValue)", kind: rawValue, payload: Self.payload(uploadID, vendorID),
            serialKey: self == .onboard ? "vendor:\(vendorID)" : nil, uniqueKey: uniqueKey(uploadID))
    }

    func uniqueKey(_ uploadID: String) -> String { "\(rawValue):\(uploadID)" }

    private static func payload(_ uploadID: String, _ vendorID: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        // Strings always encode.
        return String(
            decoding: try! encoder.encode(UploadPayload(upload_id: uploadID, vendor_id: vendorID)), as: UTF8.self)
    }
}

/// What such a job knows, as it stands in `jobs.jobs`, for people too.
struct UploadPayload: Codable {
    var upload_id: String
    var vendor_id: String
}

extension Job {
    /// - Throws: `JobError.permanent`: such a job was not made by us.
    func uploadID() throws -> String { try upload().upload_id }

    func upload() throws -> UploadPayload {
        do {
            return try JSONDecoder().decode(UploadPayload.self, from: Data(payload.utf8))
        } catch {
            throw JobError.permanent(reason: "the payload lacks upload_id or vendor_id")
        }
    }
}

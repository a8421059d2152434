import Catalog
import Foundation

/// The mail about a finished upload: subject and body as the contract has them.
package struct UploadMail: Mail, Equatable {
    /// May hold any character of the file name but line breaks.
    package let subject: String
    /// Lines end with LF.
    package let body: String
    package let attributes: [String: String]

    package init(_ notice: UploadNotice) {
        let upload = notice.upload
        attributes = [
            "vendor_id": upload.vendorID, "status": upload.status.rawValue, "upload_id": upload.uploadID,
        ]
        let total = upload.totalRecords ?? 0
        let valid = upload.validRecords ?? 0
        let invalid = upload.errorRecords ?? 0
        subject = "Product Upload Complete - \(upload.fileName) (\(Self.percent(valid, of: total)) Success)"
        var lines = [
            "Upload ID: \(upload.uploadID)",
            "File Name: \(upload.fileName)",
            "Total Products: \(total)",
            "Valid Products: \(valid) (\(Self.percent(valid, of: total)))",
            "Invalid Products: \(invalid) (\(Self.percent(invalid, of: total)))",
        ]
        if let warnings = upload.warningRecords, warnings > 0 { lines.append("Products with Warnings: \(warnings)") }
        lines += [
            "",
            "Status: \(upload.status.rawValue.uppercased())",
        ]
        if let type = upload.failureType, let message = upload.failureMessage {
            lines.append("Reason: \(type): \(message)")
        }
        if let guess = notice.guessedEncoding {
            lines.append(
                "Encoding: \(guess), which is a guess. If letters look wrong, save the file as UTF-8 and upload it again."
            )
        }
        if notice.lacksReport {
            lines += [
                "", "Error Report: it could not be written yet. Another mail brings the link as soon as it is there.",
                "Until then whoever runs this service can tell you the errors of this Upload ID.",
            ]
        }
        if let link = notice.link { lines += ["", "Download Error Report: \(link)", "(Link expires in 7 days)"] }
        body = lines.joined(separator: "\n") + "\n"
    }

    /// Rounded down to one decimal, so that 100% means all; `.0` is left out.
    static func percent(_ part: Int, of total: Int) -> String {
        guard total > 0 else { return "0%" }
        let tenths = part * 1000 / total
        return tenths % 10 == 0 ? "\(tenths / 10)%" : "\(tenths / 10).\(tenths % 10)%"
    }
}

/// The texts of what happened to an upload.
extension Texts {
    static func timeline(_ event: String, _ detail: [String: String]) -> String {
        switch event {
        case "announced": "Announced"
        case "queued": "Arrived" + (detail["source"].map { " (\($0))" } ?? "")
        case "started": "Work began"
        case "file.read": "File read" + (detail["encoding"].map { " as \($0)" } ?? "")
        case "mapped": "Columns mapped by \(detail["mapping"] ?? "a mapping")"
        case "checked": "Rows checked: \(detail["rows"] ?? "?"), rejected \(detail["rejected"] ?? "?")"
        case "ruled": "Checked by rules of your own"
        case "compared": compared(detail)
        case "loaded": "Its file was loaded by another upload"
        case "missing.kept": "Products that the file does not name were kept"
        case "raced": "Tried again, because another upload changed the same products"
        case "finished": "Finished"
        case "failed": "Failed: \(detail["message"] ?? "")"
        case "report.written": "Error report written"
        case "report.given_up": "The error report could not be written"
        case "notified": "Mail sent"
        case "undeliverable": "The mail could not be delivered"
        case "cancelled": "Cancelled"
        case "retried": "Tried again"
        case "reverted":
            "Undone: \(detail["deleted"] ?? "0") removed, \(detail["restored"] ?? "0") restored, "
                + (detail["recreated"].map { $0 == "0" ? "" : "\($0) created again, " } ?? "")
                + "\(detail["left_alone"] ?? "0") left alone"
        case "reverts": "Undid another upload"
        default: event
        }
    }

    /// How the verdict on a file has changed between its check and its load.
    private static func compared(_ detail: [String: String]) -> String {
        let (rejected, accepted) = (Int(detail["rejectedSince"] ?? "") ?? 0, Int(detail["acceptedSince"] ?? "") ?? 0)
        guard rejected + accepted > 0 else { return "Every row is judged as in the check" }
        return
            "Judged otherwise than in the check: \(count(rejected, "row")) rejected, \(count(accepted, "row")) accepted"
    }
}

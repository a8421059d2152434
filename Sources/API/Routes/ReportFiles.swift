import Foundation
import HTTPTypes
import Hummingbird
import Storage

/// Files of the store, for callers: by a link of the store, or through this service where the store is a folder.
struct ReportFiles: Sendable {
    let store: any ObjectStore

    func response(_ call: Call, _ key: String) async throws -> Response {
        let link = try await store.link(to: key)
        guard let url = URL(string: link.url), url.isFileURL else {
            return Response(status: .found, headers: [.location: link.url])
        }
        let name = key.split(separator: "/").last.map(String.init) ?? "report.csv"
        return Response(
            status: .ok,
            headers: [
                .contentType: name.hasSuffix(".csv") ? "text/csv; charset=utf-8" : "application/octet-stream",
                .contentDisposition: "attachment; filename=\"\(name)\"",
            ],
            body: try await FileIO().loadFile(path: url.path, context: call.context))
    }
}

import Foundation
import HTTPTypes
package import Hummingbird
import Storage
import Text

/// Files of the store, for callers: by a link of the store, or through this service where the store is a folder.
package struct ReportFiles: Sendable {
    let store: any ObjectStore

    static let workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    private static func type(of name: String) -> String {
        if name.hasSuffix(".csv") { return "text/csv; charset=utf-8" }
        return name.hasSuffix(".xlsx") ? workbookType : "application/octet-stream"
    }

    /// - Parameters:
    ///   - key: of the file.
    ///   - isWritten: whether the file is there: one that is made when it is asked for is not made for HEAD.
    package func response(_ call: Call, _ key: String, isWritten: Bool = true) async throws -> Response {
        let link = try await store.link(to: key, isForHead: call.isHead)
        guard let url = URL(string: link.url), url.isFileURL else {
            return Response(status: .found, headers: [.location: link.url])
        }
        let name = key.partsOfKey.last ?? "report.csv"
        return Response(
            status: .ok,
            headers: [
                .contentType: Self.type(of: name),
                .contentDisposition: "attachment; filename=\"\(name.escaping(["\"": "%22"]))\"",
            ],
            body: isWritten ? try await FileIO().loadFile(path: url.path, context: call.context) : .notMade)
    }
}

package import HTTPTypes
package import Hummingbird
import Ingest
import Postgres

/// Pages for people beside the interface for programs: made by another module, served by the same listener behind the same door.
package protocol PageSource: Sendable {
    func endpoints(_ services: PageServices) -> [Endpoint]

    /// The page that says what went wrong.
    /// - Returns: nil if the request was not for a page.
    func answer(to problem: Problem, _ request: Request, _ services: PageServices) -> Response?
}

/// What pages work with: the same as the routes of the interface.
package struct PageServices: Sendable {
    package let database: APIDatabase
    package let content: UploadContentRoutes
    package let files: ReportFiles
    package let watch: UploadWatch
    package let door: PageDoor
    /// Nil if nobody mails any.
    package let links: MailedLinks?
    /// Nil if there is none.
    package let issuer: IssuerDoor?
    /// Where a proxy has the pages, such as `/catalog`: the path of the public URL. Empty at its root.
    package let prefix: String
    /// Of an uploaded file.
    package let maximumFileBytes: Int

    /// Lets workers tell how far these uploads are.
    package func tellWatched(_ uploadIDs: [String]) async {
        // It is looked at every few seconds anyhow.
        try? await database.pool.run { $0.tellWatched(uploadIDs) }
    }

    /// A product file to fill in.
    /// - Parameter ending: csv or xlsx.
    package func template(_ ending: String, for call: Call) async throws -> Response {
        try await TemplateRoutes(database: database).response(ending, call)
    }
}

extension Endpoint {
    /// Of a form that may come twice: made anew each time the form is shown.
    private static let formKey = Input("key", .text(atMost: 64), "Of the form.")

    /// A page, or what a form of one does. It is not in the OpenAPI document.
    /// - Parameters:
    ///   - tellsSecret: whether what it shows must not be kept to be shown again.
    ///   - isRecorded: whether a change leaves a row in `audit.actions`.
    ///   - hasForeignQuery: whether others say what its query holds.
    package static func page(
        _ method: HTTPRequest.Method, _ path: String, access: Access = .everyRole, pathInputs: [Input] = [],
        query: [Input] = [], tellsSecret: Bool = false, isRecorded: Bool = true, hasForeignQuery: Bool = false,
        handler: @escaping @Sendable (Call) async throws -> Response
    ) -> Endpoint {
        var endpoint = Endpoint(
            method: method, path: path, summary: "", access: access, pathInputs: pathInputs,
            query: method == .post ? query + [formKey] : query, answers: [], tellsSecret: tellsSecret,
            isRecorded: isRecorded, handler: handler)
        endpoint.door = .page
        endpoint.hasForeignQuery = hasForeignQuery
        return endpoint
    }

    /// By which a repeated request is known; nil does each.
    func idempotencyKey(of call: Call) -> String? {
        switch door {
        case .api: call.request.headers[.idempotencyKey]
        case .page: call.values.text("key")
        }
    }
}

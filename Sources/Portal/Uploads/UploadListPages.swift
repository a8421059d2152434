import API
import Catalog
import HTML
import HTTPTypes
import Hummingbird
import Ingest

/// `/portal`: where files are dropped, and what became of them.
struct UploadListPages: Sendable {
    static let path = SitePath("/portal")
    private static let pageSize = 20
    private static let cursor = [
        Input("before", .text(atMost: 40), "Time of the last upload of the page before."),
        Input("id", .text(atMost: 50), "Its id."), Input("vendor", .text(atMost: 50), "Only this vendor's."),
        Input("mapping", .text(atMost: 100), "With which the next file is read."),
    ]

    let site: Site

    var endpoints: [Endpoint] { [root, list, add, events, template("csv"), template("xlsx")] }

    private var root: Endpoint {
        .page(.get, "/", access: .anybody) { _ in site.redirection(to: Self.path).response }
    }

    private var list: Endpoint {
        .page(.get, "/portal", query: Self.cursor) { call in
            let vendor = call.identity.vendorID ?? call.values.text("vendor")
            let before = call.values.text("before").flatMap { time in call.values.text("id").map { (time, $0) } }
            let (waiting, lines) = try await site.services.database.read(
                as: call.identity, UploadPageReads.waiting(vendor: vendor),
                UploadPageReads.page(vendor: vendor, before: before, limit: Self.pageSize + 1)
            ) { (try $0[0].map(UploadLine.init), try $0[1].map(UploadLine.init)) }
            let view = UploadListView(
                identity: call.identity, waiting: before == nil ? waiting : [],
                lines: Array(lines.prefix(Self.pageSize)), hasMore: lines.count > Self.pageSize,
                isFirst: before == nil, vendor: call.values.text("vendor"), mapping: call.values.text("mapping"))
            return site.page(call, Texts.uploads, at: .uploads, isLive: lines.contains { !$0.isFinal }) { view }
        }
    }

    private var add: Endpoint {
        .page(.post, "/portal/uploads", access: .writers) { call in
            guard call.request.headers[.contentType]?.hasPrefix("multipart/form-data") == true else {
                throw Problem(.unsupportedMediaType, "send the file with the form of this page")
            }
            return try await site.services.content.takeForm(call) { uploadID in
                site.redirection(to: SitePath("/portal/uploads") / uploadID)
            }
        }
    }

    /// How the uploads of a list stand, as it changes.
    private var events: Endpoint {
        .page(
            .get, "/portal/events", query: [Input("uploads", .text(atMost: 1200), "Their ids, with a comma between.")]
        ) { call in
            let wanted = (call.values.text("uploads") ?? "").split(separator: ",").prefix(Self.pageSize).map(
                String.init)
            let known = try await site.services.database.read(as: call.identity, UploadPageReads.select(wanted)) {
                try $0[0].map(UploadLine.init).map(\.uploadID)
            }
            return UploadStream.response(call, site, known) { [site] line, progress in
                [("\(line.uploadID)", site.rendered(UploadStanding(line: line, progress: progress).body))]
            }
        }
    }

    private func template(_ ending: String) -> Endpoint {
        .page(.get, "/portal/template.\(ending)") { call in
            try await site.services.template(ending, for: call)
        }
    }
}

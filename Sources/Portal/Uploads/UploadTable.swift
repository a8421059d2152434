import HTML

/// Uploads, one to a line. A live one changes in its place: no line comes or goes while somebody reads.
struct UploadTable: Component {
    let title: String
    let lines: [UploadLine]
    let showsVendor: Bool
    let isLive: Bool

    private var watched: [String] { isLive ? lines.filter { !$0.isFinal }.map(\.uploadID) : [] }

    var body: HTML {
        let watches = !watched.isEmpty
        let stream = SitePath("/portal/events").with("uploads", watched.joined(separator: ","))
        div(
            watches ? .named("hx-ext", "sse") : nil, watches ? .named("sse-connect", stream) : nil,
            watches ? .named("sse-close", "done") : nil
        ) {
            Listing(title, class: "uploads", columns) { for line in lines { self.line(line) } }
        }
    }

    private var columns: [Listing.Column] {
        [.text(Texts.file)] + (showsVendor ? [.text(Texts.vendor)] : [])
            + [.text(Texts.state), .number(Texts.uploadedAt)]
    }

    private func line(_ line: UploadLine) -> HTML {
        tr {
            td(.class("name")) { a(.href(line.path)) { line.fileName } }
            if showsVendor { td { line.vendorID } }
            td(
                .class("standing"),
                watched.contains(line.uploadID) ? .named("sse-swap", line.uploadID) : nil
            ) { UploadStanding(line: line, progress: nil) }
            td(.class("when")) { Moment(at: line.uploadedAt) }
        }
    }
}

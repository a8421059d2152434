import API
import Catalog
import HTML

/// The drop zone, what waits for correction, and all uploads.
struct UploadListView: Component {
    let identity: Identity
    let waiting: [UploadLine]
    let lines: [UploadLine]
    let hasMore: Bool
    let isFirst: Bool
    let vendor: String?
    /// Of the next file.
    let mapping: String?

    var body: HTML {
        h1(isFirst ? .class("unseen") : nil) { Texts.uploads }
        if isFirst, identity.role != .auditor {
            DropZone(needsVendor: identity.role == .operator, vendor: vendor, mapping: mapping)
        }
        if !waiting.isEmpty {
            section(.class("card")) {
                h2 { Texts.waiting }
                UploadTable(title: Texts.waiting, lines: waiting, showsVendor: identity.role != .vendor, isLive: false)
            }
        }
        section(.class("card")) {
            h2 { Texts.allUploads }
            if lines.isEmpty {
                p(.class("empty")) { Texts.noUploads }
            } else {
                UploadTable(title: Texts.allUploads, lines: lines, showsVendor: identity.role != .vendor, isLive: true)
            }
            pager
        }
    }

    private var pager: HTML {
        p(.class("pager")) {
            if !isFirst { a(.href(UploadListPages.path.with("vendor", vendor))) { Texts.newest } }
            if hasMore, let last = lines.last {
                a(
                    .href(
                        UploadListPages.path.with("before", last.cursor).with("id", last.uploadID).with(
                            "vendor", vendor))
                ) { Texts.older }
            }
        }
    }
}

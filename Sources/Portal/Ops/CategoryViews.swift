import Catalog
import HTML

/// Names that were tried, the most rows first.
struct CategoryListView: Component {
    let tried: [TriedCategory]
    let mayWrite: Bool

    var body: HTML {
        h1(.class("unseen")) { Texts.categories }
        Tabs.ops(Texts.categories)
        section(.class("card")) {
            h2 { Texts.triedNames }
            p(.class("hint")) { Texts.triedLead }
            if tried.isEmpty { p(.class("empty")) { Texts.noTriedNames } } else { listing }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.triedNames,
            [.text(Texts.category), .number(Texts.rows), .number(Texts.uploadsColumn), .number(Texts.vendors)]
                + (mayWrite ? [.unseen(Texts.actions)] : [])
        ) {
            for one in tried {
                tr {
                    td(.class("name")) {
                        a(.href(SitePath("/ops/category").with("name", one.name))) { one.name }
                    }
                    td(.class("number")) { Figures.grouped(one.rows) }
                    td(.class("number")) { Figures.grouped(one.uploads) }
                    td(.class("number")) { Figures.grouped(one.vendors) }
                    if mayWrite { td(.class("number")) { ApproveForm(name: one.name) } }
                }
            }
        }
    }
}

/// Approves a category.
struct ApproveForm: Component {
    let name: String

    var body: HTML {
        PostForm(to: CategoryPages.path) {
            input(.type("hidden"), .name("name"), .value(name))
            LineButton(Texts.approve, for: name)
        }
    }
}

/// One name: whether it is approved, and the uploads that can be tried again when it is.
struct CategoryView: Component {
    let name: String
    let uploads: [CategoryFailure]
    let isApproved, mayWrite: Bool

    var body: HTML {
        p(.class("crumb")) { a(.href(CategoryPages.path)) { Texts.categories } }
        div(.class("heading")) {
            h1 { name }
            if mayWrite, !isApproved { ApproveForm(name: name) }
        }
        p(.class("card"), .id("news"), .named("role", "status")) {
            isApproved ? Texts.isApprovedNow : Texts.isNotApproved
        }
        section(.class("card")) {
            h2 { Texts.failedByIt }
            if uploads.isEmpty { p(.class("empty")) { Texts.noFailedUploads } } else { listing }
        }
    }

    private var listing: Listing {
        Listing(
            Texts.failedByIt,
            [
                .text(Texts.file), .text(Texts.vendor), .text(Texts.state), .number(Texts.rows),
                .number(Texts.uploadedAt),
            ] + (mayWrite && isApproved ? [.unseen(Texts.actions)] : [])
        ) { for upload in uploads { line(upload) } }
    }

    private func line(_ upload: CategoryFailure) -> HTML {
        let path = SitePath("/portal/uploads") / upload.uploadID
        return tr {
            td(.class("name")) { a(.href(path)) { upload.fileName } }
            td { upload.vendorID }
            td { StatusPill(state: UploadState(upload.status, isDryRun: upload.isDryRun)) }
            td(.class("number")) { Figures.grouped(upload.rows) }
            td(.class("when")) { Moment(at: upload.uploadedAt) }
            if mayWrite, isApproved {
                td(.class("number")) {
                    if upload.isRetryable {
                        PostForm(to: path / "retry") { LineButton(Texts.retry, for: upload.fileName) }
                    }
                }
            }
        }
    }
}

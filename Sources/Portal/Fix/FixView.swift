import Catalog
import HTML

/// The grid with what belongs to it: how far one is, find and replace, sending.
struct FixView: Component {
    let draft: FixDraft
    let after: Int

    private var line: UploadLine { draft.sheet.line }
    private var here: SitePath { line.path / "fix" }
    private var page: SitePath { here.with("after", after > 0 ? "\(after)" : nil) }

    var body: HTML {
        p(.class("crumb")) { a(.href(line.path)) { line.fileName } }
        div(.class("heading")) {
            h1 { Texts.fixTitle }
            PostForm(to: here / "submit") {
                button(.class("primary"), .id("submit")) { Texts.sendCorrected }
            }
        }
        FixCount(all: draft.all, changed: draft.changed)
        if draft.rows.isEmpty {
            section(.class("card")) { p(.class("empty")) { Texts.nothingToFix } }
        } else {
            replacing
            form(.class("card"), .named("method", "post"), .action(page.with("key", PostForm.key()))) {
                p(.class("hint")) { Texts.gridHint }
                p(.class("wrong"), .id("paste-news"), .named("role", "alert")) {}
                FixGrid(draft: draft)
                p(.class("pager")) {
                    element("noscript", []) { button { Texts.saveAndCheck } }
                    if after > 0 { a(.href(here)) { Texts.firstRows } }
                    if draft.hasMore, let last = draft.rows.last {
                        a(.href(here.with("after", "\(last.row.rowNumber)"))) { Texts.moreRows }
                    }
                }
            }
            if after > 0 || draft.hasMore { going }
        }
    }

    private var going: HTML {
        form(.class("going"), .named("method", "get"), .action(here)) {
            label {
                span { Texts.goToRow }
                input(
                    .type("number"), .name("row"), .named("min", 1), .named("max", Int(Int32.max)), .required,
                    .value(draft.rows.last.map { "\($0.row.rowNumber + 1)" } ?? ""))
            }
            button { Texts.show }
        }
    }

    private var replacing: HTML {
        details(.class("card")) {
            summary { Texts.findAndReplace }
            PostForm(to: here / "replace", class: "choices") {
                label {
                    span { Texts.column }
                    element("select", [.name("column")]) {
                        for column in draft.sheet.columns { option(.value(column)) { column } }
                    }
                }
                label {
                    span { Texts.findWhole }
                    input(.type("text"), .name("value"), .named("maxlength", 2000))
                }
                label {
                    span { Texts.replaceBy }
                    input(.type("text"), .name("by"), .named("maxlength", 2000))
                }
                button { Texts.replaceInAll }
            }
        }
    }
}

/// How far one is.
struct FixCount: Component {
    let all, changed: Int

    var body: HTML {
        p(.class("hint"), .id("fix-count"), .named("role", "status")) { Texts.corrected(changed, of: all) }
    }
}

import Catalog
import HTML

/// Where a file goes in: by dropping, choosing or pasting; a plain form where scripts do not run.
struct DropZone: Component {
    /// Operators say whose file it is.
    let needsVendor: Bool
    /// Whose file it probably is.
    let vendor: String?
    /// With which of the vendor's mappings it is read; nil finds it out.
    let mapping: String?

    var body: HTML {
        form(
            .class("card drop"), .id("drop"), .named("method", "post"), .named("enctype", "multipart/form-data"),
            .action(SitePath("/portal/uploads").with("key", PostForm.key())),
            .named("data-check", CheckPages.path)
        ) {
            div(.class("target")) {
                Icon(shape: .upload)
                h2 { Texts.dropTitle }
                p(.class("hint"), .id("drop-hint")) { Texts.dropHint }
                label(.class("file")) {
                    span(.class("unseen")) { Texts.chooseFile }
                    input(.type("file"), .name("file"), .required, .named("aria-describedby", "drop-hint"))
                }
            }
            if let mapping {
                input(.type("hidden"), .name("mapping"), .value(mapping))
                p(.class("hint")) {
                    Texts.readWithMapping
                    " "
                    strong { mapping }
                }
            }
            section(.id("check"), .flag("hidden")) {}
            div(.class("choices")) {
                if needsVendor {
                    label {
                        span { Texts.vendor }
                        input(
                            .type("text"), .name("vendor"), .value(vendor ?? ""), .required, .named("maxlength", 50))
                    }
                }
                label {
                    span { Texts.knownProducts }
                    element("select", [.name("mode")]) {
                        for choice in Texts.modes { option(.value(choice.mode.rawValue)) { choice.text } }
                    }
                }
                button(.class("primary")) { Texts.upload }
                button(.name("dryRun"), .value("true")) { Texts.checkOnly }
                element("noscript", []) { button(.named("formaction", CheckPages.path)) { Texts.lookAtColumns } }
            }
            p(.class("hint templates")) {
                Texts.noFileYet
                " "
                a(.href(SitePath("/portal/template.csv"))) { Texts.asCSV }
                " · "
                a(.href(SitePath("/portal/template.xlsx"))) { Texts.asWorkbook }
            }
            p(.class("hint"), .id("drop-news"), .named("role", "status")) {}
        }
    }
}

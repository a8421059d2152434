import Catalog
import HTML

/// What else is known of an upload.
struct UploadFacts: Component {
    let line: UploadLine

    var body: HTML {
        section(.class("card")) {
            h2 { Texts.facts }
            dl {
                fact(Texts.uploadID, code { line.uploadID })
                fact(Texts.vendor, HTML(text: line.vendorID))
                fact(Texts.uploadedAt, Moment(at: line.uploadedAt).body)
                if let count = line.byteCount { fact(Texts.size, HTML(text: Figures.bytes(count))) }
                fact(Texts.mode, HTML(text: Texts.modes.first { $0.mode.rawValue == line.mode }?.text ?? line.mode))
                if let parent = line.parentUploadID {
                    fact(Texts.corrects, a(.href(SitePath("/portal/uploads") / parent)) { parent })
                }
                if let mapping = line.mapping { fact(Texts.mapping, HTML(text: mapping)) }
            }
        }
    }

    private func fact(_ name: String, _ value: HTML) -> HTML {
        div {
            dt { name }
            dd { value }
        }
    }
}

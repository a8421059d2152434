import Catalog
import HTML

/// The mappings in use.
struct MappingView: Component {
    let mappings: [StoredMapping]

    var body: HTML {
        h1 { Texts.mappings }
        section(.class("card")) {
            p(.class("hint")) { Texts.mappingsLead }
            if mappings.isEmpty {
                p(.class("empty")) { Texts.noMappings }
            } else {
                Listing(
                    Texts.mappings,
                    [.text(Texts.mapping), .number(Texts.version), .text(Texts.since), .unseen(Texts.actions)]
                ) { for mapping in mappings { line(mapping) } }
            }
        }
    }

    private func line(_ mapping: StoredMapping) -> HTML {
        tr {
            td {
                details {
                    summary { mapping.name }
                    pre { code { mapping.json } }
                }
            }
            td(.class("number")) { "\(mapping.version)" }
            td(.class("moment")) { Moment(at: mapping.createdAt) }
            td(.class("number")) {
                PostForm(to: MappingPages.path / mapping.name / "remove") {
                    button(.class("danger"), .label("\(Texts.remove) \(mapping.name)")) { Texts.remove }
                }
            }
        }
    }
}

import HTML
import Postgres

/// What undoing an upload changes, before it is done.
struct UndoView: Component {
    /// A product that goes back.
    struct Example: Sendable {
        let key, name, price: String
        /// Nil for one that the upload created.
        let formerPrice: String?

        init(_ row: Row) throws {
            (key, name) = (try row.get("vendor_product_id"), try row.get("product_name"))
            (price, formerPrice) = (try row.get("price"), try row.get("former_price"))
        }
    }

    let line: UploadLine
    let deleted, restored: Int
    let examples: [Example]

    private var leftAlone: Int { max(0, (line.created ?? 0) + (line.updated ?? 0) - deleted - restored) }

    var body: HTML {
        p(.class("crumb")) { a(.href(line.path)) { line.fileName } }
        section(.class("card")) {
            h1 { Texts.undoTitle }
            p { line.isRevert ? Texts.undoOfUndoLead : Texts.undoLead }
            if line.isRevert { changedBack } else { effects }
            div(.class("buttons")) {
                PostForm(to: line.path / "undo") { button(.class("danger")) { Texts.undoNow } }
                a(.class("button"), .href(line.path)) { Texts.keepIt }
            }
        }
        if !examples.isEmpty { section(.class("card")) { listing } }
    }

    private var effects: HTML {
        ul(.class("effects")) {
            effect(deleted, Texts.willBeDeleted)
            effect(restored, Texts.willBeRestored(restored))
            effect(leftAlone, Texts.leftAlone(leftAlone))
        }
    }

    /// What an undoing changed, all of which comes back unless it changed since.
    private var changedBack: HTML {
        ul(.class("effects")) {
            effect(line.deleted ?? 0, Texts.willComeBack(line.deleted ?? 0))
            effect(line.updated ?? 0, Texts.willChangeBack(line.updated ?? 0))
            effect(line.created ?? 0, Texts.willBeDeleted)
        }
    }

    private func effect(_ number: Int, _ what: String) -> HTML {
        li {
            strong { Texts.count(number, "product") }
            " \(what)"
        }
    }

    private var listing: Listing {
        Listing(
            Texts.undoTitle, [.text(Texts.productColumn), .number(Texts.now), .number(Texts.afterwards)]
        ) {
            for example in examples {
                tr {
                    td {
                        example.name
                        " "
                        small { example.key }
                    }
                    td(.class("number")) { example.price }
                    td(.class("number")) { example.formerPrice ?? Texts.removed }
                }
            }
        }
    }
}

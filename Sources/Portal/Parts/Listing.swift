import HTML

/// A table that scrolls by itself where it is too wide, also by keyboard.
struct Listing: Component {
    enum Column {
        case text(String), number(String)
        /// Its purpose is told to who cannot see it.
        case unseen(String)

        fileprivate var head: HTML {
            switch self {
            case .text(let name): th(.named("scope", "col")) { name }
            case .number(let name): th(.named("scope", "col"), .class("number")) { name }
            case .unseen(let name): th(.named("scope", "col")) { span(.class("unseen")) { name } }
            }
        }
    }

    let title: String
    let classes: String
    let columns: [Column]
    let rows: HTML

    init(_ title: String, class classes: String = "", _ columns: [Column], @HTMLBuilder rows: () -> HTML) {
        (self.title, self.classes, self.columns) = (title, classes, columns)
        self.rows = rows()
    }

    var body: HTML {
        div(.class("scroll"), .named("tabindex", 0), .named("role", "region"), .label(title)) {
            table(.class("list \(classes)")) {
                thead { tr { for column in columns { column.head } } }
                tbody { rows }
            }
        }
    }
}

import Catalog
import HTML

/// What is to be corrected: first what a click corrects, then the most frequent.
struct ErrorGroupTable: Component {
    let groups: [ErrorGroup]
    let line: UploadLine
    /// Whether there may be more.
    let isCut: Bool
    /// Where the rows can be corrected; nil where they cannot.
    let fix: SitePath?

    var body: HTML {
        section(.class("card")) {
            h2 { Texts.whatToFix }
            p(.class("hint")) { Texts.whatToDo(line, canFix: fix != nil) }
            listing(ordered.prefix(Self.shown))
            if groups.count > Self.shown {
                details {
                    summary { Texts.moreGroups(groups.count - Self.shown) }
                    listing(ordered.dropFirst(Self.shown))
                }
            }
            if isCut { p(.class("hint")) { Texts.groupsLeftOut(groups.count) } }
        }
    }

    private var ordered: [ErrorGroup] {
        groups.filter { canRepair($0) } + groups.filter { !canRepair($0) }
    }

    private func canRepair(_ group: ErrorGroup) -> Bool { fix != nil && group.suggestion != nil }

    /// The others are a click away.
    private static let shown = 10

    private func listing(_ groups: ArraySlice<ErrorGroup>) -> Listing {
        Listing(
            Texts.whatToFix, class: "groups",
            [
                .number(Texts.rows), .text(Texts.column), .text(Texts.value), .text(Texts.problem),
                .number(Texts.firstRow),
            ]
        ) { for group in groups { line(group) } }
    }

    /// Puts the value that was probably meant into all of its rows.
    private func repair(_ group: ErrorGroup) -> HTML {
        guard let fix, let field = group.field, let value = group.rejectedValue, let better = group.suggestion else {
            return .nothing
        }
        return PostForm(to: fix / "replace", class: "repair") {
            for (name, value) in [("column", field), ("value", value), ("by", better)] {
                input(.type("hidden"), .name(name), .value(value))
            }
            button { Texts.use(better, in: group.rows) }
        }.body
    }

    private func line(_ group: ErrorGroup) -> HTML {
        tr {
            td(.class("number")) { Figures.grouped(group.rows) }
            td { if let field = group.field { code { field } } }
            td(.class("value")) { group.rejectedValue.map(Figures.short) ?? "" }
            td(.class("message")) {
                group.errorMessage
                repair(group)
            }
            td(.class("number")) { group.firstRows.first.map(Figures.grouped) ?? "" }
        }
    }
}

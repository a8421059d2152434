import Catalog
import HTML
import Ingest

/// The page of a file that was looked at, for browsers without scripts: they send the file again with each form.
struct CheckView: Component {
    let file: FilePreview

    var body: HTML {
        p(.class("crumb")) { a(.href(UploadListPages.path)) { Texts.uploads } }
        h1 { Texts.checkTitle }
        form(
            .class("card drop"), .named("method", "post"), .named("enctype", "multipart/form-data"),
            .action(CheckPages.path)
        ) {
            input(.type("hidden"), .name("mode"), .value(file.mode.rawValue))
            if !file.isOfVendor { input(.type("hidden"), .name("vendor"), .value(file.vendorID)) }
            CheckPanel(file: file)
            if file.trial.header == .unknown {
                label(.class("file")) {
                    span { Texts.sameFileAgain }
                    input(.type("file"), .name("file"), .required)
                }
                div(.class("buttons")) {
                    button { Texts.lookAgain }
                    button(.class("primary"), .named("formaction", CheckPages.path / "keep")) { Texts.keepColumns }
                }
            } else {
                p { a(.class("button primary"), .href(uploads)) { Texts.toUploads } }
            }
        }
    }

    private var uploads: SitePath {
        guard case .fitting(let mapping) = file.trial.header else { return UploadListPages.path }
        return UploadListPages.path.with("mapping", mapping)
    }
}

/// What was found out about a file: a sentence where its header is known, else what to choose and the first rows.
struct CheckPanel: Component {
    let file: FilePreview
    /// Columns of the file that can be chosen, by their place.
    private let offered: [(Int, String)]

    init(file: FilePreview) {
        self.file = file
        // A name that stands twice cannot be asked for.
        let names = file.trial.proposal.columns
        let counts = Dictionary(grouping: names, by: \.self).mapValues(\.count)
        offered = names.enumerated().filter { !$1.isEmpty && counts[$1] == 1 }.map { ($0, $1) }
    }

    private var trial: FileTrial { file.trial }

    var body: HTML {
        section(.id("check"), .named("data-header", known == nil ? "unknown" : "known")) {
            if let known {
                p(.class("hint")) { known }
                if case .fitting(let mapping) = trial.header {
                    input(.type("hidden"), .name("mapping"), .value(mapping))
                }
            } else {
                h2 { Texts.checkTitle }
                p(.class("hint")) { Texts.checkLead }
                if !trial.missing.isEmpty { p(.class("wrong")) { Texts.nothingFor(trial.missing) } }
                if let failure = trial.failure { p(.class("wrong")) { failure } }
                div(.class("columns")) { for field in ProductField.allCases where isNear(field) { choice(field) } }
                details {
                    summary { Texts.otherColumns }
                    div(.class("columns")) { for field in ProductField.allCases where !isNear(field) { choice(field) } }
                }
                label(.class("mapping")) {
                    span { Texts.nameOfColumns }
                    input(
                        .type("text"), .name("name"), .value(file.name), .required, .named("maxlength", 100),
                        .named("pattern", "[A-Za-z0-9][A-Za-z0-9_.\\-]*"), .named("aria-describedby", "mapping-hint"))
                    small(.id("mapping-hint")) { Texts.nameHint }
                }
                CheckRows(trial: trial)
            }
        }
    }

    private var known: String? {
        switch trial.header {
        case .ours: Texts.columnsAreOurs
        case .mapped(let name), .fitting(let name): Texts.columnsAreMapped(name)
        case .unknown: nil
        }
    }

    /// Whether a person looks at it in any case.
    private func isNear(_ field: ProductField) -> Bool {
        field.isRequired || trial.proposal.guesses.contains { $0.field == field }
            || file.choices[field] != nil
                && file.choices[field] != .nothing
    }

    private func choice(_ field: ProductField) -> HTML {
        let proposed = trial.proposal.guesses.first { $0.field == field }
        let chosen = trial.chosen.guesses.first { $0.field == field }
        let choice = file.choices[field] ?? .proposed
        return label {
            span {
                Texts.label(of: field)
                if field.isRequired { span(.class("must"), .title(Texts.required)) { " *" } }
            }
            element("select", [.name(CheckPages.fieldPrefix + field.column)]) {
                option(.value("none"), chosen?.columns.isEmpty ?? true ? .flag("selected") : nil) { Texts.notInFile }
                if let proposed {
                    option(.value("proposed"), choice == .proposed ? .flag("selected") : nil) {
                        proposed.columns.map(Figures.short).joined(separator: Texts.otherwise)
                    }
                }
                for (index, name) in offered where proposed?.columns != [name] {
                    option(.value("\(index)"), choice == .column(index) ? .flag("selected") : nil) {
                        Figures.short(name)
                    }
                }
            }
            if let constant = constant(field, chosen) { constant }
            if let chosen { ground(chosen) }
        }
    }

    /// Where no column has what must be there, it may be the same in every row.
    private func constant(_ field: ProductField, _ chosen: MappingGuess?) -> HTML? {
        guard field.isRequired, !Self.keys.contains(field), chosen == nil || chosen?.constant != nil else { return nil }
        return input(
            .type("text"), .name(CheckPages.constantPrefix + field.column), .value(chosen?.constant ?? ""),
            .named("maxlength", 200), .named("placeholder", Texts.sameInEveryRow),
            .label("\(Texts.label(of: field)), \(Texts.sameInEveryRow)"))
    }

    /// They tell rows apart.
    private static let keys: Set<ProductField> = [.sku, .vendorProductID]

    private func ground(_ guess: MappingGuess) -> HTML {
        small(.class(guess.isSure ? "" : "unsure"), .title(guess.why)) {
            guess.isSure ? Texts.name(of: guess.ground) : Texts.unsure(guess)
        }
    }
}

/// The first rows as they would be loaded, bad cells marked.
struct CheckRows: Component {
    let trial: FileTrial

    var body: HTML {
        h2(.class("first-rows")) { Texts.firstRowsRead(trial.rows.count, bad: trial.rows.count { !$0.isGood }) }
        if !trial.rows.isEmpty {
            div(.class("scroll preview"), .named("tabindex", 0), .named("role", "region"), .label(Texts.firstRows)) {
                table {
                    thead {
                        tr {
                            th(.named("scope", "col"), .class("number")) { Texts.row }
                            for field in fields { th(.named("scope", "col")) { Texts.label(of: field) } }
                        }
                    }
                    tbody { for row in trial.rows { line(row) } }
                }
            }
        }
    }

    /// Those that something is taken for, and those that must be.
    private var fields: [ProductField] {
        ProductField.allCases.filter { field in
            field.isRequired && trial.missing.contains(field.column)
                || trial.chosen.guesses.contains { $0.field == field }
        }
    }

    private func line(_ row: CheckedRow) -> HTML {
        let wrong = Set(row.errors.filter { !$0.type.isWarning }.compactMap(\.field))
        return HTML.joined {
            tr(.class(row.isGood ? "" : "bad")) {
                th(.named("scope", "row"), .class("number")) { Figures.grouped(row.number) }
                for field in fields {
                    td(.class(wrong.contains(field) ? "wrong" : "")) {
                        row.values.map { Figures.short($0[field.rawValue]) } ?? ""
                    }
                }
            }
            if !row.errors.isEmpty {
                tr(.class("findings")) {
                    td(.named("colspan", fields.count + 1)) {
                        for error in row.errors {
                            span(.class(error.type.isWarning ? "warning" : "")) { error.message }
                        }
                    }
                }
            }
        }
    }
}

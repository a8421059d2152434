import Catalog
import Ingest

/// The texts of what is found out about a file before it is sent.
extension Texts {
    static let checkTitle = "Which of your columns is which?"
    static let checkLead =
        "Catalog has not seen these columns before. Look at them and at the first rows: nothing is loaded yet."
    static let columnsAreOurs = "The columns of this file are known."
    static let notInFile = "not in the file"
    static let sameInEveryRow = "the same in every row"
    static let otherwise = ", else "
    static let required = "required"
    static let otherColumns = "Other columns"
    static let nameOfColumns = "Keep this choice as"
    static let nameHint = "The next file with these columns is read in the same way."
    static let lookAtColumns = "Look at the columns"
    static let lookAgain = "Look at the rows again"
    static let keepColumns = "Keep this choice"
    static let sameFileAgain = "The same file again"
    static let readWithMapping = "The file is read with the columns kept as"

    static func columnsAreMapped(_ name: String) -> String {
        "The columns of this file are known: it is read as '\(name)' says."
    }

    static func nothingFor(_ names: [String]) -> String {
        "Nothing is taken for \(names.joined(separator: ", ")) yet: choose a column, or say what it is in every row."
    }

    /// Such as `Weight (kg)`.
    static func label(of field: ProductField) -> String {
        let known = ["id": "ID", "sku": "SKU", "url": "URL", "kg": "(kg)", "cm": "(cm)"]
        let words = field.column.split(separator: "_").map { known[String($0)] ?? String($0) }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    static func name(of ground: MappingGuess.Ground) -> String {
        switch ground {
        case .name: "Exact name"
        case .synonym: "Known name"
        case .near: "Similar name"
        case .values: "By its values"
        case .chosen: "Chosen"
        }
    }

    static func unsure(_ guess: MappingGuess) -> String { "Please check: \(guess.why)" }

    static func firstRowsRead(_ rows: Int, bad: Int) -> String {
        guard rows > 0 else { return "No row could be read." }
        let all = rows == 1 ? "The first row" : "The first \(Figures.grouped(rows)) rows"
        return bad == 0 ? "\(all): no mistake" : "\(all): \(Figures.grouped(bad)) with mistakes"
    }
}

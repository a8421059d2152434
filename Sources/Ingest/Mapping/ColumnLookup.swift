import Catalog
import Tabular

/// Which of our columns a foreign column is by its name.
struct ColumnLookup {
    struct Hit {
        let field: ProductField
        let ground: MappingGuess.Ground
        /// Of several columns of one field, the lowest is taken.
        let rank: Int
        /// The name that it was found by.
        let known: String
    }

    private static let names: [String: (field: ProductField, rank: Int, known: String)] = {
        var names: [String: (ProductField, Int, String)] = [:]
        for field in ProductField.allCases {
            let synonyms = ColumnSynonyms.table[field.column] ?? []
            for (rank, synonym) in synonyms.enumerated() {
                names[ColumnName.letters(synonym)] = (field, rank + 1, synonym)
            }
        }
        for field in ProductField.allCases { names[ColumnName.letters(field.column)] = (field, 0, field.column) }
        return names
    }()
    private static let allNames = names.keys.sorted()

    /// By its whole name, or without notes; nil if it is none that is known.
    static func known(_ name: ColumnName) -> Hit? {
        for letters in [name.letters, name.core] {
            guard let found = names[letters] else { continue }
            let ground: MappingGuess.Ground = found.rank == 0 ? .name : .synonym
            return Hit(field: found.field, ground: ground, rank: found.rank, known: found.known)
        }
        return nil
    }

    /// The same, or by a near name; nil if nothing is like it.
    static func find(_ name: ColumnName) -> Hit? {
        if let hit = known(name) { return hit }
        // Short names are near to too many.
        guard name.core.utf8.count >= 5, let near = NearName.find(name.core, among: allNames, most: .max),
            let found = names[near], near.utf8.count >= 5
        else {
            return nil
        }
        return Hit(field: found.field, ground: .near, rank: 1000 + found.rank, known: found.known)
    }
}

import Catalog

/// How the numbers of one file are to be read, by what its own values show: the decimal mark where a mapping leaves it to the
/// file, one for all prices and one for each other column, and the currency. A file that shows both readings is refused.
struct NumberStyle {
    /// A value that shows something, and its row.
    private struct Evidence {
        let text: String
        let row: Int

        var description: String { "'\(text.prefix(40))' (row \(row))" }
    }

    private var marks: [ProductField: (mark: Unicode.Scalar, Evidence)] = [:]
    /// Numbers that have another value with each mark, as `1,234`.
    private var ambiguous: [ProductField: Evidence] = [:]
    private var currency: (possible: Set<String>, Evidence)?

    /// The decimal mark of a column that leaves it to the file.
    func mark(_ field: ProductField) -> Unicode.Scalar { marks[Self.leader(field)]?.mark ?? "." }

    /// What was found, by the names of our columns.
    var foundMarks: [String: String] {
        Dictionary(uniqueKeysWithValues: marks.map { ($0.key.column, String($0.value.mark)) })
    }

    /// The currency, if the signs and codes leave no doubt.
    var foundCurrency: String? { currency.flatMap { $0.possible.count == 1 ? $0.possible.first : nil } }

    /// Prices of a file have one style.
    private static func leader(_ field: ProductField) -> ProductField { field == .compareAtPrice ? .price : field }

    /// Takes a value into account.
    /// - Parameter isOpen: whether the file decides about the decimal mark.
    /// - Throws: `UploadFailure` (`UNREADABLE_FILE`) if it contradicts one before.
    mutating func see(_ text: String, _ field: ProductField, row: Int, isOpen: Bool) throws {
        guard let number = ForeignNumber(text) else { return }
        let evidence = Evidence(text: text, row: row)
        let (point, comma) = (number.plain(decimalMark: "."), number.plain(decimalMark: ","))
        guard point != nil || comma != nil else { return }
        if let currencies = number.currencies { try see(currencies, evidence) }
        guard isOpen, point != comma else { return }
        if point != nil, comma != nil {
            if ambiguous[Self.leader(field)] == nil { ambiguous[Self.leader(field)] = evidence }
        } else {
            try see(point != nil ? "." : ",", Self.leader(field), evidence)
        }
    }

    /// - Throws: `UploadFailure` (`UNREADABLE_FILE`) if nothing shows how an ambiguous number is to be read.
    func finish() throws {
        for (field, evidence) in ambiguous.sorted(by: { $0.value.row < $1.value.row }) where marks[field] == nil {
            throw UploadFailure.ambiguousNumber(evidence.description)
        }
    }

    private mutating func see(_ currencies: Set<String>, _ evidence: Evidence) throws {
        guard let (possible, before) = currency else {
            currency = (currencies, evidence)
            return
        }
        let both = possible.intersection(currencies)
        guard !both.isEmpty else {
            throw UploadFailure.twoCurrencies(before.description, evidence.description)
        }
        if both.count < possible.count { currency = (both, evidence) }
    }

    private mutating func see(_ mark: Unicode.Scalar, _ field: ProductField, _ evidence: Evidence) throws {
        guard let (known, before) = marks[field] else {
            marks[field] = (mark, evidence)
            return
        }
        guard known == mark else {
            throw UploadFailure.twoDecimalMarks(before.description, evidence.description)
        }
    }
}

import Catalog

/// Finds out which column of a foreign file is which of ours: by its name first, then by what stands in it.
struct MappingGuesser {
    private let names: [ColumnName]
    private let samples: [ColumnSamples]
    private let hits: [(column: Int, hit: ColumnLookup.Hit)]

    init(columns: [String], values: [[String]]) {
        names = columns.map(ColumnName.init)
        samples = values.map(ColumnSamples.init)
        // A name that stands twice cannot be asked for.
        let counts = Dictionary(grouping: columns, by: \.self).mapValues(\.count)
        hits = names.enumerated().compactMap { column, name in
            guard counts[name.text] == 1, !name.text.isEmpty else { return nil }
            return ColumnLookup.find(name).map { (column, $0) }
        }
    }

    /// In the order of our columns.
    func guesses() -> [MappingGuess] {
        var found: [ProductField: MappingGuess] = [:]
        for field in ProductField.allCases { found[field] = byName(field) }
        addSalePrice(&found)
        for field in ProductField.allCases where found[field] == nil { found[field] = byValues(field, taken: found) }
        addKey(&found)
        return ProductField.allCases.compactMap { found[$0] }
    }

    /// What a person has said, compared with the values.
    func chosen(_ field: ProductField, _ column: Int) -> MappingGuess {
        var guess = MappingGuess(field, [names[column].text], .chosen, why: "chosen")
        check(&guess, column)
        return guess
    }

    private func byName(_ field: ProductField) -> MappingGuess? {
        let candidates = hits.filter { $0.hit.field == field }
        let best = candidates.min { ($0.hit.rank, $0.column) < ($1.hit.rank, $1.column) }
        guard let (column, hit) = best else { return nil }
        let why =
            switch hit.ground {
            case .name: "has our name"
            case .synonym: "another name for it: \(hit.known)"
            default: "its name is like \(hit.known)"
            }
        var guess = MappingGuess(field, [names[column].text], hit.ground, isSure: hit.ground != .near, why: why)
        if ColumnSynonyms.ambiguous.contains(hit.known) { guess.doubt("some systems mean something else") }
        // With and without tax, in two languages, in two currencies.
        let core = names[column].core
        if let rival = candidates.first(where: {
            $0.column != column && $0.hit.rank > 0 && Self.areVariants(names[$0.column].core, core)
        }) {
            guess.doubt("'\(names[rival.column].text)' may be meant")
        }
        check(&guess, column)
        return guess
    }

    private static func areVariants(_ first: String, _ second: String) -> Bool {
        first == second || withoutTax(first) == withoutTax(second)
    }

    /// `prixttc` and `prixht` are both a price.
    private static func withoutTax(_ name: String) -> String {
        let notes = [
            "ttc", "ht", "gross", "net", "brutto", "netto", "inclbtw", "exclbtw", "incltax", "excltax", "taxincluded",
            "taxexcluded",
        ]
        return notes.first { name.hasSuffix($0) && name.count > $0.count }.map { String(name.dropLast($0.count)) }
            ?? name
    }

    /// Compares a guess with the values, and adds what has to be done with them.
    private func check(_ guess: inout MappingGuess, _ column: Int) {
        let sample = samples[column]
        switch guess.field {
        case .price, .compareAtPrice:
            if sample.areNumbers == false { guess.doubt("its values are not prices") }
            if !sample.arePlainNumbers { guess.number = "auto" }
        case .stockQuantity:
            if sample.areWholeNumbers == false { guess.doubt("its values are not whole numbers") }
            if !sample.arePlainNumbers { guess.number = "auto" }
        case .imageURL: checkImage(&guess, sample)
        case .sku, .vendorProductID:
            if sample.areDistinct == false { guess.doubt("values of different rows are the same") }
        default:
            if guess.field.column.hasSuffix("_kg") { checkWeight(&guess, column) }
        }
    }

    private func checkWeight(_ guess: inout MappingGuess, _ column: Int) {
        let (name, sample) = (names[column], samples[column])
        if sample.areNumbers == false { guess.doubt("its values are not numbers") }
        if !sample.arePlainNumbers { guess.number = "auto" }
        let units = ColumnSynonyms.kilograms
        let own =
            guess.ground == .name
            ? "kg"
            : name.notes.first { units[$0] != nil } ?? units.keys.first { $0.count > 1 && name.letters.hasSuffix($0) }
        guard let own, let factor = units[own] else {
            return guess.doubt("its unit is not named: kilograms are assumed")
        }
        if factor != "1" { guess.multiply = factor }
    }

    private func checkImage(_ guess: inout MappingGuess, _ sample: ColumnSamples) {
        if sample.areWebAddresses == false { guess.doubt("its values are not web addresses") }
        let mark = [", ", ",", "|", ";", " "].first { mark in sample.values.contains { $0.contains(mark + "http") } }
        guess.first = mark
    }

    /// Where there is a lower price it counts, and the usual one is the former price.
    private func addSalePrice(_ found: inout [ProductField: MappingGuess]) {
        guard let sale = column(in: ColumnSynonyms.salePrices) else { return }
        guard
            let usual = column(in: ColumnSynonyms.regularPrices) ?? found[.price].flatMap({ index(of: $0.columns[0]) }),
            usual != sale
        else {
            return
        }
        var price = MappingGuess(
            .price, [names[sale].text, names[usual].text], .synonym,
            why: "the lower price where there is one, else the usual one")
        for column in [sale, usual] { check(&price, column) }
        found[.price] = price
        guard found[.compareAtPrice] == nil else { return }
        var former = MappingGuess(
            .compareAtPrice, [names[usual].text], .synonym, why: "the usual price beside a lower one")
        check(&former, usual)
        found[.compareAtPrice] = former
    }

    private func column(in synonyms: [String]) -> Int? {
        let known = Set(synonyms.map(ColumnName.letters))
        return names.firstIndex { known.contains($0.letters) || known.contains($0.core) }
    }

    private func index(of text: String) -> Int? { names.firstIndex { $0.text == text } }

    /// Only what cannot be mistaken for much else, and never without a person.
    private func byValues(_ field: ProductField, taken: [ProductField: MappingGuess]) -> MappingGuess? {
        let used = Set(taken.values.flatMap(\.columns))
        let free = names.indices.filter {
            !used.contains(names[$0].text) && !names[$0].text.isEmpty && !samples[$0].values.isEmpty
        }
        let (looks, why): ((ColumnSamples) -> Bool, String)
        switch field {
        case .imageURL: (looks, why) = ({ $0.areWebAddresses == true }, "its values are web addresses")
        case .description: (looks, why) = ({ $0.areLongTexts }, "its values are long texts")
        case .price: (looks, why) = ({ $0.haveTwoDecimals }, "its values look like prices")
        default: return nil
        }
        guard let column = free.first(where: { looks(samples[$0]) }) else { return nil }
        var guess = MappingGuess(field, [names[column].text], .values, isSure: false, why: why)
        check(&guess, column)
        return guess
    }

    /// Many systems have one key where we have two.
    private func addKey(_ found: inout [ProductField: MappingGuess]) {
        for (field, other) in [(ProductField.vendorProductID, ProductField.sku), (.sku, .vendorProductID)]
        where found[field] == nil {
            guard let key = found[other] else { continue }
            found[field] = MappingGuess(
                field, key.columns, .values, isSure: false,
                why: "no column of its own: the one of \(other.column) stands for it")
        }
    }
}

import Catalog

/// What is known about each row so far, one byte a row, so that a million rows are a megabyte.
struct RowVerdicts {
    /// The state of a row.
    struct Verdict: OptionSet {
        let rawValue: UInt8

        /// A data row that counts (a mapping may skip rows).
        static let row = Verdict(rawValue: 1)
        /// Breaks a rule by itself, or cannot be split.
        static let invalid = Verdict(rawValue: 2)
        static let skuTaken = Verdict(rawValue: 4)
        static let idTaken = Verdict(rawValue: 8)
        static let skuUsedInFile = Verdict(rawValue: 16)
        static let idUsedInFile = Verdict(rawValue: 32)
        /// Its product exists and is to be updated.
        static let exists = Verdict(rawValue: 64)
        /// Its product does not exist, and only what exists is to be updated.
        static let unknown = Verdict(rawValue: 128)

        /// Found out about its keys.
        static let ofKeys: Verdict = [.skuTaken, .idTaken, .skuUsedInFile, .idUsedInFile, .unknown]
        static let rejected: Verdict = [.invalid, .ofKeys]
    }

    private struct Claim {
        let row: Int32
        let field: ProductField
        let claimant: Int32
    }

    private var verdicts: [Verdict] = [[]]
    /// By row, because contention is decided in file order.
    private var claims: [Claim] = []

    subscript(row: Int) -> Verdict { verdicts[row] }

    var lastRow: Int { verdicts.count - 1 }

    /// Rows that count, rejected ones, and accepted ones whose product exists.
    func tally() -> (total: Int, rejected: Int, existing: Int) {
        var tally = (total: 0, rejected: 0, existing: 0)
        for verdict in verdicts where verdict.contains(.row) {
            tally.total += 1
            if !verdict.isDisjoint(with: .rejected) {
                tally.rejected += 1
            } else if verdict.contains(.exists) {
                tally.existing += 1
            }
        }
        return tally
    }

    /// Adds the next row; rows in between were skipped.
    mutating func add(_ row: Int, isValid: Bool) {
        while verdicts.count < row { verdicts.append([]) }
        verdicts.append(isValid ? .row : [.row, .invalid])
    }

    /// Forgets what was found out about keys.
    mutating func forgetKeys() {
        for row in verdicts.indices { verdicts[row].subtract([.ofKeys, .exists]) }
        claims = []
    }

    /// Marks all rows whose product does not exist.
    mutating func markUnknown() {
        for row in verdicts.indices where verdicts[row].isDisjoint(with: .exists) { mark(row, .unknown) }
    }

    mutating func mark(_ row: Int, _ verdict: Verdict) {
        verdicts[row].formUnion(verdict)
    }

    /// The row cannot have the key, because an earlier row of the file has it.
    mutating func refuse(_ row: Int, _ field: ProductField, claimedBy claimant: Int) {
        mark(row, field == .sku ? .skuUsedInFile : .idUsedInFile)
        claims.append(Claim(row: Int32(row), field: field, claimant: Int32(claimant)))
    }

    /// The row that claimed the key which this row wanted.
    func claimant(of row: Int, _ field: ProductField) -> Int? {
        var low = 0
        var high = claims.count
        while low < high {
            let middle = (low + high) / 2
            if claims[middle].row < row { low = middle + 1 } else { high = middle }
        }
        return claims[low...].prefix { $0.row == row }.first { $0.field == field }.map { Int($0.claimant) }
    }
}

import Catalog
import Postgres
import Text

/// Rules 5 and 6. Every row with a usable key is compared with the catalogue as it was and with the rows before it, whatever
/// else is wrong with it. Only accepted rows claim their keys, in file order: the first wins, and a row refused for one key
/// does not claim the other.
struct DuplicateChecker {
    let session: Session
    let vendorID: String
    let mode: UploadMode
    /// The column that says which product a row is about.
    let key: ProductField

    private var skus = KeyIndex()
    private var ids = KeyIndex()
    private var suspects: [Int32] = []
    /// Nil until all rows are noted.
    private(set) var keys: UploadKeys?

    init(session: Session, vendorID: String, mode: UploadMode, key: ProductField) {
        self.session = session
        self.vendorID = vendorID
        self.mode = mode
        self.key = key
    }

    /// Notes the keys of a row without errors: it may claim them. An update may lack one of them.
    mutating func note(_ product: ProductRow, row: Int) {
        if !product[.sku].isEmpty { suspect(skus.insert(product[.sku], row: row), row) }
        if !product[.vendorProductID].isEmpty { suspect(ids.insert(product[.vendorProductID], row: row), row) }
    }

    /// Compares the keys of a row with errors of its own with those of the rows before it.
    mutating func compare(_ product: ProductRow, row: Int) {
        if ProductRules.isUsableKey(product[.sku]) { suspect(skus.first(product[.sku]), row) }
        if ProductRules.isUsableKey(product[.vendorProductID]) { suspect(ids.first(product[.vendorProductID]), row) }
    }

    private mutating func suspect(_ earlier: Int?, _ row: Int) {
        guard let earlier else { return }
        suspects.append(Int32(earlier))
        suspects.append(Int32(row))
    }

    /// All rows are noted: the indexes, the largest structures of an upload, are freed.
    mutating func finish(_ keys: UploadKeys) throws {
        skus = KeyIndex()
        ids = KeyIndex()
        self.keys = keys
        guard !suspects.isEmpty else { return }
        suspects.sort()
        var last: Int32 = 0
        suspects.removeAll { row in
            defer { last = row }
            return row == last
        }
        try session.takeSuspects(suspects, among: keys)
    }

    /// Judges all rows against the catalogue of this moment and against each other.
    func judge(_ verdicts: inout RowVerdicts) throws {
        guard let keys else { preconditionFailure("all rows are noted before they are judged") }
        verdicts.forgetKeys()
        if key == .sku {
            try session.forEachOwnedSKU(of: keys, vendorID: vendorID) { verdicts.mark($0, .exists) }
        } else {
            try session.forEachTakenKey(of: keys, vendorID: vendorID, mode: mode) { row, field in
                verdicts.mark(row, field == .sku ? .skuTaken : mode == .create ? .idTaken : .exists)
            }
        }
        if mode == .update { verdicts.markUnknown() }
        if !suspects.isEmpty { try settleContention(keys, &verdicts) }
    }

    private func settleContention(_ keys: UploadKeys, _ verdicts: inout RowVerdicts) throws {
        var skuClaims = [Int32](repeating: 0, count: verdicts.lastRow + 1)
        var idClaims = skuClaims
        try session.forEachContendingRow(of: keys, suspects: suspects) { row, skuGroup, idGroup in
            if skuGroup != 0, skuClaims[skuGroup] != 0 {
                verdicts.refuse(row, .sku, claimedBy: Int(skuClaims[skuGroup]))
            }
            if idGroup != 0, idClaims[idGroup] != 0 {
                verdicts.refuse(row, .vendorProductID, claimedBy: Int(idClaims[idGroup]))
            }
            guard verdicts[row].isDisjoint(with: .rejected) else { return }
            skuClaims[skuGroup] = Int32(row)
            idClaims[idGroup] = Int32(row)
        }
    }

    /// What the verdict says in words, in the order of the rules.
    func errors(_ product: ProductRow, row: Int, _ verdicts: RowVerdicts) -> [RowError] {
        var errors: [RowError] = []
        for (field, type, label) in [
            (ProductField.sku, RowErrorType.duplicateSKU, "SKU"),
            (.vendorProductID, .duplicateVendorProductID, "vendor product ID"),
        ] {
            let value = product.text(field)
            if verdicts[row].contains(field == .sku ? .skuTaken : .idTaken) {
                errors.append(
                    .init(
                        type, "Duplicate \(label): \(Invisible.shown(value)) already exists", field: field,
                        rejectedValue: value))
            }
            if let claimant = verdicts.claimant(of: row, field) {
                let message = "Duplicate \(label): \(Invisible.shown(value)) already used in row \(claimant)"
                errors.append(.init(type, message, field: field, rejectedValue: value))
            }
        }
        if verdicts[row].contains(.unknown), ProductRules.isUsableKey(product[key]) {
            let label = key == .sku ? "SKU" : "vendor product ID"
            let message = "Unknown \(label): \(Invisible.shown(product.text(key))) does not exist"
            errors.append(.init(.unknownProduct, message, field: key, rejectedValue: product.text(key)))
        }
        return errors
    }
}

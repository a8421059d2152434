package import Postgres

/// The keys of one row; the bytes are lent until the next row is read.
package struct RowKeys {
    let row: Int
    let vendorProductID: UnsafeRawBufferPointer?
    let sku: UnsafeRawBufferPointer?

    /// - Parameters:
    ///   - row: its number.
    ///   - vendorProductID: nil where it cannot be a key.
    ///   - sku: nil where it cannot be a key.
    package init(row: Int, vendorProductID: UnsafeRawBufferPointer?, sku: UnsafeRawBufferPointer?) {
        self.row = row
        self.vendorProductID = vendorProductID
        self.sku = sku
    }
}

/// The keys of a file: bound to each statement that compares them as long as they are few, else in a temporary table.
///
/// A temporary table costs 17 KB of write-ahead log and has no statistics, so that the planner reads the whole catalogue for fifty keys.
package struct UploadKeys {
    /// Keys that are bound: beyond that sending them several times costs more than a table.
    package static let most = 4000

    private var rows: [Int] = []
    private var vendorProductIDs: [String?] = []
    private var skus: [String?] = []
    fileprivate(set) var isTable = false

    init() {}

    /// What `from` takes: columns `row_number`, `vendor_product_id` and `sku`, named `k`.
    var source: Statement {
        isTable
            ? "upload_keys k"
            : """
            unnest(\(rows)::integer[], \(vendorProductIDs)::text[], \(skus)::text[]) as k (row_number, vendor_product_id, sku)
            """
    }

    /// Ends a lateral query of the one product that a key has: few keys are looked up one by one. The planner would read all products of a
    /// vendor who has had few, or none, when the table was analyzed last.
    var fence: Statement { isTable ? "" : "limit 1" }

    /// Suspects, as `where` takes them.
    func isSuspect(_ suspects: [Int32]) -> Statement {
        isTable
            ? "k.row_number in (select row_number from upload_suspects)" : "k.row_number = any (\(suspects)::integer[])"
    }

    fileprivate mutating func append(_ keys: RowKeys) {
        rows.append(keys.row)
        vendorProductIDs.append(keys.vendorProductID.map { String(decoding: $0, as: UTF8.self) })
        skus.append(keys.sku.map { String(decoding: $0, as: UTF8.self) })
    }
}

extension Session {
    /// Takes the keys of all rows. Needs a transaction.
    /// - Parameter next: gives the rows one after another, nil after the last.
    package func collectKeys(_ next: () throws -> RowKeys?) throws -> UploadKeys {
        var keys = UploadKeys()
        for _ in 0..<UploadKeys.most {
            guard let row = try next() else { return keys }
            keys.append(row)
        }
        return try tabulate(keys, next)
    }

    private func tabulate(_ keys: UploadKeys, _ next: () throws -> RowKeys?) throws -> UploadKeys {
        try execute(ProductLoad.createKeys)
        _ = try copyIn(ProductLoad.copyKeys) { writer in
            try keys.write(to: writer)
            while let row = try next() {
                writer.field(row.row)
                for key in [row.vendorProductID, row.sku] { if let key { writer.field(key) } else { writer.null() } }
                try writer.endRow()
            }
        }
        try execute(ProductLoad.sampleLittle)
        try execute(ProductLoad.analyzeKeys)
        return .table
    }

    /// Takes the numbers of rows that may share a key with another one, so that ``forEachContendingRow`` finds them.
    package func takeSuspects(_ suspects: [Int32], among keys: UploadKeys) throws {
        guard keys.isTable else { return }
        try execute(ProductLoad.createSuspects)
        _ = try copyIn(ProductLoad.copySuspects) { writer in
            for row in suspects {
                writer.field(Int(row))
                try writer.endRow()
            }
        }
    }
}

extension UploadKeys {
    fileprivate static var table: UploadKeys {
        var keys = UploadKeys()
        keys.isTable = true
        return keys
    }

    fileprivate func write(to writer: CopyWriter) throws {
        for (index, row) in rows.enumerated() {
            writer.field(row)
            for key in [vendorProductIDs[index], skus[index]] {
                if let key { writer.field(key) } else { writer.null() }
            }
            try writer.endRow()
        }
    }
}

import Postgres

/// The statements that seal what no version proves.
enum HistorySeal {
    static func uploads(atMost limit: Int) -> Statement { "select catalog.seal_uploads(\(limit)::integer) as sealed" }

    static let products: Statement = "select catalog.seal_products() as problem"
}

extension Session {
    /// Seals uploads that ended, the earliest first.
    /// - Returns: how many.
    func sealUploads(atMost limit: Int) throws -> Int { try query(HistorySeal.uploads(atMost: limit))[0].get("sealed") }

    /// Seals products that changed, unless something is wrong with them.
    /// - Returns: what is wrong.
    func sealProducts() throws -> String? { try query(HistorySeal.products)[0].get("problem") }
}

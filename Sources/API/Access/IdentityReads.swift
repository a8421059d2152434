import Catalog
import Postgres

/// What every read begins with.
enum IdentityReads {
    /// The role and the vendor until the end of the transaction. `session_user`, which history records, stays the service's.
    /// - Parameter limit: of each statement, as PostgreSQL writes a time.
    static func assume(_ identity: Identity, limit: String = "10s") -> Statement {
        let role =
            switch identity.role {
            case .vendor, nil: "catalog_vendor"
            case .auditor: "catalog_auditor"
            case .operator: "catalog_owner"
            }
        return """
            select set_config('role', \(role)::text, true), set_config('catalog.vendor_id', \(identity.vendorID ?? "")::text, true),
                set_config('statement_timeout', \(limit)::text, true)
            """
    }
}

import Catalog
import Postgres

/// What every read begins with.
enum IdentityReads {
    /// The role and the vendor until the end of the transaction. `session_user`, which history records, stays the service's.
    static func assume(_ identity: Identity) -> Statement {
        let role =
            switch identity.role {
            case .vendor, nil: "catalog_vendor"
            case .auditor: "catalog_auditor"
            case .operator: "catalog_owner"
            }
        return """
            select set_config('role', \(role)::text, true), set_config('catalog.vendor_id', \(identity.vendorID ?? "")::text, true),
                set_config('statement_timeout', '10s', true)
            """
    }
}

package import Postgres

extension Session {
    /// Whether the user of this session may do what a process of the service does: the grants of `catalog_app`, had by whatever role.
    /// - Throws: ``ServiceRightsMissing``.
    package func requireServiceRights() throws {
        let row = try first(
            """
            select quote_ident(current_user) as login, coalesce((
                select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'update')
                from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where n.nspname = 'jobs' and c.relname = 'jobs'), false) as may
            """)
        guard let row, try !row.get("may", as: Bool.self) else { return }
        throw ServiceRightsMissing(login: try row.get("login"))
    }
}

/// The login of the service was not granted its role.
package struct ServiceRightsMissing: Error, Equatable, CustomStringConvertible {
    /// As it is written in SQL.
    let login: String

    package var description: String {
        "the login \(login) may not do the service's work; as the owner of the database, run: grant catalog_app to \(login)"
    }
}

package import Postgres

/// Prepares statements against the migrated schema.
/// - Parameter tables: temporary ones that must be there first.
/// - Returns: those with a parameter whose type the statement does not state.
/// - Throws: `PostgresError` for the first that does not fit the schema.
package func untypedParameters(of statements: [Statement], after tables: [Statement] = []) async throws -> [String] {
    try await withConnection(migrated: true) { connection in
        try await connection.transaction { session in
            for table in tables { try session.execute(table) }
            for (number, statement) in statements.enumerated() {
                try session.execute("prepare s\(raw: String(number)) as \(raw: statement.sql)")
            }
            return try session.query(
                "select statement from pg_prepared_statements where 'unknown'::regtype = any (parameter_types)"
            ).map { try $0.get("statement") }
        }
    }
}

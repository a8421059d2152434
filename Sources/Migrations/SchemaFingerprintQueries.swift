import Postgres

/// Questions about what a database consists of, in words that PostgreSQL 15 to 18 have in common.
enum SchemaFingerprintQueries {
    /// Names and definitions are rendered with the schemas of everything that is not PostgreSQL's own.
    static let nameEverything: Statement = "select set_config('search_path', '', true)"

    /// Schemas other than PostgreSQL's own, the tool's, and that where everybody works.
    static let schemas: Statement = """
        select nspname as name from pg_namespace
        where nspname !~ '^pg_' and nspname not in ('information_schema', 'migrations', 'public')
        """

    /// Roles that cannot log in: a service's own, made by its migrations.
    static let roles: Statement =
        "select rolname as name from pg_roles where not rolcanlogin and not rolsuper and rolname !~ '^pg_'"

    /// Partitions come and go with the data, and so are in no fingerprint; they shall belong to whom their parent does.
    static func partitions(schemas: [String]) -> Statement {
        """
        select c.oid::regclass::text as name, p.oid::regclass::text as parent, pg_get_userbyid(c.relowner)::text as owner
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid and c.relispartition and c.relkind in ('r', 'p')
        join pg_class p on p.oid = i.inhparent
        join pg_namespace n on n.oid = p.relnamespace and n.nspname = any(\(schemas)::text[])
        order by 1
        """
    }

    /// Those roles whose objects the session may not alter.
    static func foreign(_ roles: [String]) -> Statement {
        """
        select rolname as name from pg_roles
        where rolname = any(\(roles)::text[]) and not pg_has_role(current_user, oid, 'usage')
        order by rolname
        """
    }
}

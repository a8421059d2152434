import Postgres

/// Questions about indexes and partitions whose statement was cut off.
enum IndexQueries {
    /// An index lives in the schema of its table.
    static func find(_ build: IndexBuild) -> Statement {
        """
        select i.oid::regclass::text as name, x.indisvalid as valid, x.indisunique as is_unique, \(definition) as definition
        from pg_class t
        join pg_class i on i.relnamespace = t.relnamespace and i.relname = \(build.name)::text
        join pg_index x on x.indexrelid = i.oid
        where t.oid = to_regclass(\(build.table.quoted)::text)
        """
    }

    /// Without the names of index and table.
    private static let definition: Statement = "substring(pg_get_indexdef(i.oid) from ' USING .*$')"

    static func makeProbe(_ build: IndexBuild) -> String {
        """
        create temporary table catalog_migrate_probe (like \(build.table.quoted)) on commit drop;
        create \(build.isUnique ? "unique " : "")index catalog_migrate_probe_idx on catalog_migrate_probe \(build.definition)
        """
    }

    static let probe: Statement =
        "select \(definition) as definition from pg_class i where i.oid = to_regclass('pg_temp.catalog_migrate_probe_idx')"

    static func exists(_ name: QualifiedName) -> Statement {
        "select to_regclass(\(name.quoted)::text) is not null as exists"
    }

    /// What `reindex concurrently` leaves of an index or of the indexes of a table (manual, REINDEX).
    static func leftovers(_ name: QualifiedName) -> Statement {
        """
        select i.oid::regclass::text as name
        from pg_index x join pg_class i on i.oid = x.indexrelid
        where not x.indisvalid and i.relname ~ '_cc(new|old)[0-9]*$'
            and x.indrelid in (
                select to_regclass(\(name.quoted)::text)
                union all select y.indrelid from pg_index y where y.indexrelid = to_regclass(\(name.quoted)::text))
        """
    }

    static func partition(_ parent: QualifiedName, _ partition: QualifiedName) -> Statement {
        """
        select inhdetachpending as pending from pg_inherits
        where inhparent = to_regclass(\(parent.quoted)::text) and inhrelid = to_regclass(\(partition.quoted)::text)
        """
    }
}

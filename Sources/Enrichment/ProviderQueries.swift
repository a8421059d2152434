package import Postgres

extension ProviderRow {
    static func upsert(_ row: ProviderRow) -> Statement {
        """
        insert into enrichment.providers as p (provider, kind, settings, secret_id, cache_ttl, miss_ttl, max_concurrency)
        values (\(row.name)::text, \(row.kind)::text, \(row.settings)::jsonb, \(row.secretID)::text,
            \(row.cacheSeconds)::integer * interval '1 second', \(row.missSeconds)::integer * interval '1 second',
            \(row.maximumConcurrency)::integer)
        on conflict (provider) do update
        set kind = excluded.kind, settings = excluded.settings, secret_id = excluded.secret_id,
            cache_ttl = excluded.cache_ttl, miss_ttl = excluded.miss_ttl, max_concurrency = excluded.max_concurrency,
            updated_at = clock_timestamp()
        """
    }

    /// What was used stays used; a provider that had stopped is asked again.
    static func upsertLimits(_ name: String, _ limits: ProviderLimits) -> Statement {
        """
        insert into enrichment.buckets (provider, per_second, per_hour, per_day, credit_budget)
        values (\(name)::text, \(limits.perSecond)::float8, \(limits.perHour)::integer, \(limits.perDay)::integer,
            \(limits.creditBudget)::bigint)
        on conflict (provider) do update
        set per_second = excluded.per_second, per_hour = excluded.per_hour, per_day = excluded.per_day,
            credit_budget = excluded.credit_budget, stopped_at = null, stopped_because = null
        """
    }

    /// Holds it until the end of the transaction.
    static func selectForUpdate(_ name: String) -> Statement {
        "select provider from enrichment.providers where provider = \(name)::text for update"
    }

    static func delete(_ name: String) -> Statement {
        "delete from enrichment.providers where provider = \(name)::text"
    }

    static let selectAll: Statement = """
        select p.provider, p.kind, p.settings, p.secret_id, extract(epoch from p.cache_ttl)::bigint as cache_seconds,
            extract(epoch from p.miss_ttl)::bigint as miss_seconds, p.max_concurrency, p.updated_at, p.settings_hash,
            b.per_second, b.per_hour, b.per_day, b.credit_budget
        from enrichment.providers p join enrichment.buckets b using (provider)
        order by p.created_at, p.provider
        """

    init(_ row: Row) throws {
        try self.init(
            name: row.get("provider"), kind: row.get("kind"), settings: row.get("settings"),
            secretID: row.get("secret_id"), cacheSeconds: row.get("cache_seconds"),
            missSeconds: row.get("miss_seconds"),
            maximumConcurrency: row.get("max_concurrency"),
            limits: ProviderLimits(
                perSecond: row.get("per_second"), perHour: row.get("per_hour"), perDay: row.get("per_day"),
                creditBudget: row.get("credit_budget")))
        version = try row.get("updated_at")
        settingsHash = try row.get("settings_hash")
    }
}

extension Session {
    /// Adds a provider, or changes the one of this name. Needs a transaction.
    package func saveProvider(_ row: ProviderRow) throws {
        try execute(ProviderRow.upsert(row))
        try execute(ProviderRow.upsertLimits(row.name, row.limits))
    }

    /// Changes what `change` changes, and nothing else. Needs a transaction.
    /// - Returns: the provider as it is now; nil if there is none of this name.
    package func changeProvider(_ name: String, _ change: (inout ProviderRow) throws -> Void) throws -> ProviderRow? {
        guard try first(ProviderRow.selectForUpdate(name)) != nil,
            var row = try providers().first(where: { $0.name == name })
        else { return nil }
        try change(&row)
        try saveProvider(row)
        return row
    }

    /// - Returns: whether there was one.
    package func removeProvider(_ name: String) throws -> Bool { try execute(ProviderRow.delete(name)) == 1 }

    /// All providers in the order of their making.
    package func providers() throws -> [ProviderRow] { try query(ProviderRow.selectAll).map(ProviderRow.init) }
}

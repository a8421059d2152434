package import Postgres

/// How a provider stands: what it may be asked, what it was asked, and whether it is asked at all.
package struct ProviderState: Sendable, Equatable {
    package enum Circuit: String, Sendable {
        /// It is asked.
        case closed
        /// It fails: one call now and then tries it.
        case open
        /// It asked for silence.
        case blocked
        /// It refused the key or the credits: nobody asks it until its settings change.
        case stopped
    }

    package var name: String
    package var kind: String
    package var perSecond: Double?
    package var perHour: Int?
    package var perDay: Int?
    package var creditBudget: Int?
    package var creditsUsed: Int
    /// In a row.
    package var failures: Int
    package var circuit: Circuit
    package var because: String?
    /// Within the last hour.
    package var calls: Int
}

extension ProviderState {
    static let selectAll: Statement = """
        select p.provider, p.kind, b.per_second, b.per_hour, b.per_day, b.credit_budget, b.credits_used, b.failures,
            case when b.stopped_at is not null then 'stopped' when b.opened_at is not null then 'open'
                when b.blocked_until > clock_timestamp() then 'blocked' else 'closed' end as circuit,
            coalesce(b.stopped_because, b.blocked_because) as because,
            (select count(*) from enrichment.calls c
                where c.provider = p.provider and c.reserved_at > clock_timestamp() - interval '1 hour') as calls
        from enrichment.providers p join enrichment.buckets b using (provider)
        order by p.provider
        """
}

extension Session {
    /// All providers by name.
    package func providerStates() throws -> [ProviderState] {
        try query(ProviderState.selectAll).map {
            try ProviderState(
                name: $0.get("provider"), kind: $0.get("kind"), perSecond: $0.get("per_second"),
                perHour: $0.get("per_hour"), perDay: $0.get("per_day"), creditBudget: $0.get("credit_budget"),
                creditsUsed: $0.get("credits_used"), failures: $0.get("failures"),
                circuit: ProviderState.Circuit(rawValue: $0.get("circuit")) ?? .closed, because: $0.get("because"),
                calls: $0.get("calls"))
        }
    }
}

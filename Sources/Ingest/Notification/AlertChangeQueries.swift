import Postgres

extension AlertChange {
    /// What was not told yet. An alert that was over within a minute is told nobody: what tries again by itself has succeeded.
    static let selectUntold: Statement = """
        select a.source, a.alert_id, a.kind, to_char(a.window_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as window_at, a.detail,
            to_char(a.raised_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as raised_at,
            case when a.cleared_at is not null then 'over' when t.told_at is null then 'raised' else 'repeated' end as news
        from jobs.all_alerts a left join jobs.told_alerts t using (source, alert_id)
        where case
            when a.cleared_at is not null then t.told_at is not null and t.end_told_at is null
            when t.told_at is null then a.raised_at < clock_timestamp() - interval '1 minute'
            else t.told_at < clock_timestamp() - interval '1 day'
        end
        order by a.raised_at, a.source, a.alert_id limit 100
        """

    static func note(_ changes: [AlertChange]) -> Statement {
        """
        insert into jobs.told_alerts as t (source, alert_id, end_told_at)
        select source, alert_id, case when news = 'over' then clock_timestamp() end
        from unnest(\(changes.map(\.source))::text[], \(changes.map(\.id))::bigint[], \(changes.map(\.news.rawValue))::text[])
            as change (source, alert_id, news)
        on conflict (source, alert_id) do update
        set told_at = case when excluded.end_told_at is null then excluded.told_at else t.told_at end, end_told_at = excluded.end_told_at
        """
    }
}

extension Session {
    func alertsToTell() throws -> [AlertChange] {
        try query(AlertChange.selectUntold).map { row in
            AlertChange(
                source: try row.get("source"), id: try row.get("alert_id"), kind: try row.get("kind"),
                window: try row.get("window_at"), detail: try row.get("detail"), raisedAt: try row.get("raised_at"),
                news: AlertChange.News(rawValue: try row.get("news")) ?? .raised)
        }
    }

    func noteTold(_ changes: [AlertChange]) throws { try execute(AlertChange.note(changes)) }
}

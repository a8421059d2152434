import Postgres

/// What an operator should know: a row of `relay.alerts`.
package struct RelayAlert: Sendable, Codable, Equatable {
    package var kind: String
    /// Of alerts about one window.
    package var window: String?
    package var detail: String
    package var raisedAt: String

    /// What the upkeep finds out by itself.
    enum Kind: String { case backlog, age }
}

/// How much waits.
struct RelayBacklog: Equatable {
    var windows: Int
    /// The time that the waiting windows span together.
    var seconds: Double
    /// Since the oldest was sealed; 0 if none waits.
    var ageSeconds: Double

    /// Which alerts are true, and why.
    func alerts(_ settings: RelaySettings) -> [RelayAlert.Kind: String] {
        var alerts: [RelayAlert.Kind: String] = [:]
        if Duration.seconds(seconds) > settings.backlogBound {
            alerts[.backlog] = "\(windows) windows wait, \(Int(seconds)) s of data"
        }
        if Duration.seconds(ageSeconds) > settings.ageBound {
            alerts[.age] = "the oldest of \(windows) windows has waited for \(Int(ageSeconds)) s"
        }
        return alerts
    }
}

extension RelayAlert {
    static let backlog: Statement = """
        select count(*) as windows, coalesce(extract(epoch from sum(closes_at - opens_at)), 0)::float8 as seconds,
            coalesce(extract(epoch from clock_timestamp() - min(sealed_at)), 0)::float8 as age
        from relay.windows where state in ('sealed', 'packing', 'delivered')
        """

    static func raise(_ kind: Kind, _ detail: String) -> Statement {
        """
        insert into relay.alerts (kind, detail) values (\(kind.rawValue)::text, \(detail)::text)
        on conflict do nothing returning alert_id
        """
    }

    static func clear(_ kind: Kind) -> Statement {
        "update relay.alerts set cleared_at = clock_timestamp() where kind = \(kind.rawValue)::text and cleared_at is null"
    }

    /// About objects that are in no archive.
    static func raiseMissing(_ opensAt: WindowTime) -> Statement {
        """
        insert into relay.alerts (kind, window_at, detail)
        select 'members', opens_at, missing_count || ' of ' || member_count || ' objects were gone or altered before they were read'
        from relay.windows where opens_at = \(opensAt)::timestamptz and missing_count > 0
        on conflict (kind, coalesce(window_at, '-infinity')) where cleared_at is null do update set detail = excluded.detail
        """
    }

    static func clearMissing(_ windows: [WindowTime]) -> Statement {
        """
        update relay.alerts set cleared_at = clock_timestamp()
        where kind = 'members' and window_at = any (\(windows)::timestamptz[]) and cleared_at is null
        """
    }

    static let selectRaised: Statement = """
        select kind, to_char(window_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as window_at, detail,
            to_char(raised_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as raised_at
        from relay.alerts where cleared_at is null order by raised_at desc limit 100
        """
}

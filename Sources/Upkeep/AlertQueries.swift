import Postgres

/// A periodic job that fails: a row of `jobs.alerts`.
package struct UpkeepAlert: Sendable, Equatable, Codable {
    package var kind: String
    package var detail: String
    package var raisedAt: String
}

/// The statements of `jobs.alerts`.
extension UpkeepAlert {
    static func raise(_ kind: String, _ detail: String) -> Statement {
        """
        insert into jobs.alerts as a (kind, detail) values (\(kind)::text, \(detail)::text)
        on conflict (kind) where cleared_at is null do update set detail = excluded.detail
        returning xmax = 0 as is_new
        """
    }

    static func clear(_ kind: String) -> Statement {
        "update jobs.alerts set cleared_at = clock_timestamp() where kind = \(kind)::text and cleared_at is null"
    }

    static let selectRaised: Statement = """
        select kind, detail, \(.timestamp("raised_at")) as raised_at
        from jobs.alerts where cleared_at is null order by raised_at
        """
}

extension Session {
    /// - Returns: whether it is new.
    func raiseAlert(_ kind: String, _ detail: String) throws -> Bool {
        try query(UpkeepAlert.raise(kind, String(detail.prefix(2000))))[0].get("is_new")
    }

    /// - Returns: whether there was one.
    func clearAlert(_ kind: String) throws -> Bool { try execute(UpkeepAlert.clear(kind)) > 0 }

    package func upkeepAlerts() throws -> [UpkeepAlert] {
        try query(UpkeepAlert.selectRaised).map {
            UpkeepAlert(kind: try $0.get("kind"), detail: try $0.get("detail"), raisedAt: try $0.get("raised_at"))
        }
    }
}

package import Postgres

/// Who did what: a row of `audit.actions`.
package struct RecordedAction: Sendable, Equatable {
    /// Where a page begins behind it.
    package struct Key: Sendable, Equatable {
        /// As PostgreSQL writes it.
        package var at: String
        package var id: Int

        package init(at: String, id: Int) {
            (self.at, self.id) = (at, id)
        }
    }

    package var key: Key
    /// ISO 8601, UTC, to the second.
    package var at: String
    package var actor: String
    package var action: String
    package var object: String?
    /// What changed, in words: `status active → suspended`.
    package var change: String?
}

extension RecordedAction {
    /// The newest first; what was not asked for is not in the text.
    static func select(actor: String?, object: String?, before key: Key?, limit: Int) -> Statement {
        let all: [Statement?] = [
            key.map { "(a.at, a.action_id) < (\($0.at)::timestamptz, \($0.id)::bigint)" },
            actor.map { "a.actor = \($0)::text" },
            object.map { "a.object = \($0)::text" },
        ]
        let conditions = all.compactMap(\.self).reduce("true" as Statement) { "\($0) and \($1)" }
        return """
            select a.action_id, a.at::text as key_at, to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, a.actor, a.action, a.object,
                (select string_agg(n.key || coalesce(' ' || left(a.before ->> n.key, 60), '') || ' → ' || coalesce(left(n.value, 60), '–'), ', '
                        order by n.key)
                    from jsonb_each_text(case jsonb_typeof(a.after) when 'object' then a.after else '{}' end) n
                    where n.key <> 'created_at' and (a.before is null or a.before ->> n.key is distinct from n.value)) as change
            from catalog.actions a
            where \(conditions)
            order by a.at desc, a.action_id desc
            limit \(limit)::integer
            """
    }
}

extension Session {
    /// A page of actions, the newest first.
    /// - Parameters:
    ///   - actor, object: only theirs; nil for all.
    ///   - key: the page begins behind it.
    package func actions(
        actor: String? = nil, object: String? = nil, before key: RecordedAction.Key? = nil, limit: Int
    ) throws -> [RecordedAction] {
        try query(RecordedAction.select(actor: actor, object: object, before: key, limit: limit)).map {
            try RecordedAction(
                key: RecordedAction.Key(at: $0.get("key_at"), id: $0.get("action_id")), at: $0.get("at"),
                actor: $0.get("actor"), action: $0.get("action"),
                object: $0.get("object"), change: $0.get("change"))
        }
    }
}

import Postgres
import Tabular

/// The statements that read a result.
enum ResultQueries {
    /// The tables were filled a moment ago and have no statistics. Read in the order of their keys and merged, whatever PostgreSQL takes
    /// them for, nothing is sorted on disk and the first record comes at once.
    static let planning = """
        set local enable_nestloop = off; set local enable_hashjoin = off; set local enable_sort = off;
        set local enable_bitmapscan = off; set local jit = off
        """

    /// The columns behind what was found: how it went.
    static let ending = ["enrichment_status", "enrichment_providers", "enrichment_error"]

    /// The columns of the input, then those of the groups, then how it went.
    static func header(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> [String] {
        let found = plan.groups.flatMap { group in
            plan.fields(of: group).map { column(group, $0) }
                + (plan.showsConfidence == true ? ["enriched_\(group.rawValue)_confidence"] : [])
        }
        return FileLayout.unique(request.columns + found + ending)
    }

    /// `enriched_contact_email`, but `enriched_naics_code`.
    private static func column(_ group: FieldGroup, _ field: String) -> String {
        "enriched_\(group == .industry ? "" : group.rawValue + "_")\(field)"
    }

    /// One text for each column of the header, by ordinal.
    static func selectCells(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> Statement {
        var cells: Statement = "select"
        for column in request.columns { cells += " \(text("\(column)::text"))," }
        for group in plan.groups {
            for field in plan.fields(of: group) { cells += " \(alias(group)).fields ->> \(field)::text," }
            if plan.showsConfidence == true { cells += " \(alias(group)).confidence," }
        }
        return "\(cells) \(status(request, plan)), \(providers(plan)), \(error(request, plan)) \(from(request, plan))"
    }

    /// One JSON object for each record, and how it went, by ordinal.
    static func selectObjects(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> Statement {
        var groups: Statement =
            "jsonb_build_object('status', \(status(request, plan)), 'error', \(error(request, plan))"
        for group in plan.groups {
            groups += """
                , \(raw: "'\(group.rawValue)'"), case when \(alias(group)).outcome = 'match' then jsonb_build_object(
                    'provider', \(alias(group)).provider, 'confidence', \(alias(group)).confidence,
                    'obtainedAt', \(.timestamp("\(alias(group)).obtained_at")), 'fields', \(alias(group)).fields, 'sources', \(alias(group)).sources, 'note', \(alias(group)).error) end
                """
        }
        return
            "select (r.input || jsonb_build_object(\(member(request))::text, jsonb_strip_nulls(\(groups)))))::text, \(status(request, plan)) \(from(request, plan))"
    }

    /// Under which the result of a record stands in it; another than any of its own.
    private static func member(_ request: EnrichmentRequest) -> String {
        let own = Set(request.columns)
        return own.contains("enrichment")
            ? (2...).lazy.map { "enrichment_\($0)" }.first { !own.contains($0) } ?? "enrichment" : "enrichment"
    }

    /// A value of the input as a cell; the parts of a list stand behind semicolons. Nearly no text begins as a list does, and a look at
    /// it is cheaper than its type.
    static func text(_ column: Statement) -> Statement {
        """
        case when r.input ->> \(column) like '[%' and jsonb_typeof(r.input -> \(column)) = 'array' then (
            select string_agg(e, '; ') from jsonb_array_elements_text(r.input -> \(column)) e) else r.input ->> \(column) end
        """
    }

    private static func from(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> Statement {
        var tables: Statement = "from enrichment.records r"
        for group in plan.groups {
            // By itself each is known to be in the order of its ordinals; joined to the records it would be sorted.
            tables += """

                left join (
                    select ordinal, provider, outcome, confidence, obtained_at, fields, sources, error from enrichment.results
                    where request_id = \(request.requestID)::uuid and field_group = \(raw: "'\(group.rawValue)'")
                    order by ordinal offset 0
                ) \(alias(group)) on \(alias(group)).ordinal = r.ordinal
                """
        }
        return "\(tables) where r.request_id = \(request.requestID)::uuid order by r.ordinal"
    }

    /// Whether the record's batch has come to nothing, read once for all batches.
    private static func isFailed(_ request: EnrichmentRequest) -> Statement {
        """
        (select array_agg(state <> 'done' and not has_outcomes order by batch_no) from enrichment.batches
            where request_id = \(request.requestID)::uuid)[r.ordinal / \(BatchSplitter.size)::integer + 1]
        """
    }

    /// Names of the code's own, not of anybody outside.
    private static func alias(_ group: FieldGroup) -> Statement { "\(raw: group.rawValue)" }

    private static func status(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> Statement {
        let outcomes = list(plan) { "\($0).outcome" }
        return """
            case when r.problem is not null then 'not_asked' when \(isFailed(request)) then 'failed'
                when 'match' = any (array[\(outcomes)]) then 'matched'
                when 'error' = any (array[\(outcomes)]) then 'failed'
                when 'no_match' = any (array[\(outcomes)]) then 'no_match' else 'not_asked' end
            """
    }

    private static func providers(_ plan: EnrichmentPlan) -> Statement {
        let names = list(plan) { alias in
            """
            case when \(alias).outcome = 'match' then coalesce((
                select string_agg(s.value ->> 'provider', ' ') from jsonb_each(\(alias).sources) s), \(alias).provider) end
            """
        }
        let distinct: Statement = """
            (select string_agg(distinct name, ' ' order by name) from unnest(string_to_array(concat_ws(' ', \(names)), ' ')) name)
            """
        guard plan.groups.count == 1 else { return distinct }
        // Nearly all records have one provider: no list is to be made, sorted and joined.
        let only = alias(plan.groups[0])
        return
            "case when \(only).sources is not null then \(distinct) when \(only).outcome = 'match' then \(only).provider end"
    }

    private static func error(_ request: EnrichmentRequest, _ plan: EnrichmentPlan) -> Statement {
        """
        coalesce(r.problem, \(list(plan) { "\($0).error" }), case when \(isFailed(request)) then (
            select b.error from enrichment.batches b
            where b.request_id = \(request.requestID)::uuid and b.batch_no = r.ordinal / \(BatchSplitter.size)::integer) end)
        """
    }

    private static func list(_ plan: EnrichmentPlan, _ expression: (Statement) -> Statement) -> Statement {
        plan.groups.dropFirst().reduce(expression(alias(plan.groups[0]))) { "\($0), \(expression(alias($1)))" }
    }
}

import Postgres

/// The statements of `enrichment.records`, `batches`, `results` and `cache`.
enum BatchQueries {
    static let copyRecords: Statement = "copy enrichment.records (request_id, ordinal, input, problem) from stdin"

    static func insert(_ requestID: String, batches: Int) -> Statement {
        """
        insert into enrichment.batches (request_id, batch_no)
        select \(requestID)::uuid, n from generate_series(0, \(batches)::integer - 1) n
        """
    }

    /// The records of a batch that somebody may be asked about: their places and the values of some columns.
    static func selectRecords(_ requestID: String, batch: Int, columns: [String]) -> Statement {
        var values: Statement = ""
        for column in columns { values += ", \(ResultQueries.text("\(column)::text"))" }
        return """
            select r.ordinal\(values)
            from enrichment.records r
            where r.request_id = \(requestID)::uuid
              and r.ordinal between \(batch * BatchSplitter.size)::integer and \((batch + 1) * BatchSplitter.size - 1)::integer
              and r.problem is null
            order by r.ordinal
            """
    }

    /// Of these questions those whose answer is remembered.
    /// - Parameters:
    ///   - settings: of the provider; nil takes the answers to any.
    ///   - fields: of which those that an answer has are returned.
    static func lookUp(_ provider: String, hashes: [String], settings: Int?, fields: [String]) -> Statement {
        """
        select \(answerColumns(fields))
        from (
            select place, decode(hex, 'hex') as hash, null::timestamptz as since
            from unnest(\(hashes)::text[]) with ordinality as question (hex, place)
        ) asked
        cross join lateral (\(selectAnswer(provider, settings: settings))) answer
        """
    }

    /// The answer to the question `asked`, if it is good enough: by the key, whose use the limit fixes, since the plan is made when the
    /// cache may be empty, and kept while it grows.
    static func selectAnswer(_ provider: String, settings: Int?) -> Statement {
        """
        select outcome, confidence, fields from enrichment.cache
        where provider = \(provider)::text and input_hash = asked.hash and expires_at > clock_timestamp()
          and coalesce(settings_hash = \(settings)::bigint, true) and coalesce(obtained_at >= asked.since, true)
        limit 1
        """
    }

    /// What `Session.known` reads.
    static func answerColumns(_ fields: [String]) -> Statement {
        """
        asked.place, answer.outcome = 'match' as is_match, coalesce(answer.confidence, 0) as confidence,
            array(select name from unnest(\(fields)::text[]) name where answer.fields ? name) as found
        """
    }

    /// The fields of all answers are one text, a line each, which no quotation mark has to be escaped in.
    static func remember(_ answers: [AnswerBook.Answer]) -> Statement {
        """
        insert into enrichment.cache (provider, input_hash, outcome, confidence, fields, expires_at, settings_hash)
        select provider, decode(hash, 'hex'), case when confidence is null then 'no_match' else 'match' end, confidence,
            fields::jsonb, clock_timestamp() + seconds * interval '1 second', settings_hash
        from unnest(\(answers.map(\.provider))::text[], \(answers.map(\.hash.hex))::text[],
            \(answers.map { $0.confidence.map(\.postgresText) })::real[],
            string_to_array(\(lines(of: answers))::text, chr(10), ''),
            \(answers.map(\.seconds))::integer[], \(answers.map(\.settingsHash))::bigint[])
            as answer (provider, hash, confidence, fields, seconds, settings_hash)
        order by provider, hash
        on conflict (provider, input_hash) do update
        set outcome = excluded.outcome, confidence = excluded.confidence, fields = excluded.fields,
            obtained_at = excluded.obtained_at, expires_at = excluded.expires_at, settings_hash = excluded.settings_hash
        """
    }

    private static func lines(of answers: [AnswerBook.Answer]) -> String {
        answers.map(\.fields).joined(separator: "\n")
    }

    /// Remembers answers and stores results: of these answers, and of those in the cache where all others are by now.
    static func insertResults(
        _ requestID: String, _ results: [BatchResult], remembering answers: [AnswerBook.Answer]
    ) -> Statement {
        """
        with fresh as (
            \(remember(answers))
            returning provider, input_hash, outcome, confidence, obtained_at, fields
        ), result as materialized (
            select ordinal, field_group, provider, decode(hash, 'hex') as hash, is_cached, note
            from unnest(\(results.map(\.ordinal))::integer[], \(results.map(\.group.rawValue))::text[],
                \(results.map(\.choice.provider))::text[], \(results.map(\.choice.hash.hex))::text[],
                \(results.map { String($0.choice.isCached) })::boolean[], \(results.map(\.note))::text[])
                as r (ordinal, field_group, provider, hash, is_cached, note)
        )
        insert into enrichment.results (request_id, ordinal, field_group, provider, outcome, confidence, obtained_at,
            is_cached, fields, error)
        select \(requestID)::uuid, r.ordinal, r.field_group, r.provider, a.outcome, a.confidence, a.obtained_at,
            r.is_cached, a.fields, r.note
        from result r
        left join fresh f on f.provider = r.provider and f.input_hash = r.hash
        cross join lateral (
            select f.outcome, f.confidence, f.obtained_at, f.fields where f.outcome is not null
            union all (
                select outcome, confidence, obtained_at, fields from enrichment.cache
                where f.outcome is null and provider = r.provider and input_hash = r.hash
                limit 1)
        ) a
        order by r.ordinal, r.field_group
        """
    }

    /// Adds to results what others gave: of each field the first who has it.
    static func supplement(_ requestID: String, _ supplements: [(BatchResult, Waterfall.Choice)]) -> Statement {
        """
        with part as materialized (
            select p.ordinal, p.field_group, p.place, p.provider, c.confidence, c.obtained_at, c.fields
            from unnest(\(supplements.map(\.0.ordinal))::integer[], \(supplements.map(\.0.group.rawValue))::text[],
                \(supplements.map(\.1.provider))::text[], \(supplements.map(\.1.hash.hex))::text[])
                with ordinality as p (ordinal, field_group, provider, hash, place)
            cross join lateral (
                select confidence, obtained_at, fields from enrichment.cache
                where provider = p.provider and input_hash = decode(p.hash, 'hex')
                limit 1
            ) c
        ), whole as (
            select r.ordinal, r.field_group, 0 as place, r.provider, r.confidence, r.obtained_at, r.fields
            from enrichment.results r
            where r.request_id = \(requestID)::uuid and (r.ordinal, r.field_group) in (select ordinal, field_group from part)
            union all select * from part
        ), field as (
            select distinct on (w.ordinal, w.field_group, f.key) w.ordinal, w.field_group, f.key, f.value, w.provider, w.confidence,
                w.obtained_at
            from whole w cross join lateral jsonb_each(w.fields) f
            order by w.ordinal, w.field_group, f.key, w.place
        ), merged as (
            select ordinal, field_group, jsonb_object_agg(key, value) as fields,
                jsonb_object_agg(key, jsonb_build_object(
                    'provider', provider, 'confidence', confidence, 'obtainedAt', \(.timestamp("obtained_at")))) as sources
            from field group by ordinal, field_group
        )
        update enrichment.results r set fields = m.fields, sources = m.sources
        from merged m
        where r.request_id = \(requestID)::uuid and r.ordinal = m.ordinal and r.field_group = m.field_group
        """
    }

    static func insertErrors(_ requestID: String, _ errors: [BatchError]) -> Statement {
        """
        insert into enrichment.results (request_id, ordinal, field_group, provider, outcome, obtained_at, is_cached, error)
        select \(requestID)::uuid, ordinal, field_group, provider, 'error', clock_timestamp(), false, error
        from unnest(\(errors.map(\.ordinal))::integer[], \(errors.map(\.group.rawValue))::text[],
            \(errors.map(\.provider))::text[], \(errors.map(\.error))::text[]) as e (ordinal, field_group, provider, error)
        """
    }

    static func deleteResults(_ requestID: String, batch: Int) -> Statement {
        """
        delete from enrichment.results
        where request_id = \(requestID)::uuid
          and ordinal between \(batch * BatchSplitter.size)::integer and \((batch + 1) * BatchSplitter.size - 1)::integer
        """
    }

    /// How often it failed; of one that somebody wants tried again it is counted anew.
    static func begin(_ requestID: String, batch: Int) -> Statement {
        """
        with former as (
            select state from enrichment.batches where request_id = \(requestID)::uuid and batch_no = \(batch)::integer
        )
        update enrichment.batches b set failures = case when former.state = 'failed' then 0 else b.failures end
        from former
        where b.request_id = \(requestID)::uuid and b.batch_no = \(batch)::integer
        returning b.failures, former.state = 'failed' as is_retried, exists (
            select from enrichment.requests q where q.request_id = b.request_id and q.status = 'cancelled') as is_cancelled
        """
    }

    /// Those that are not done.
    static func reopen(_ requestID: String) -> Statement {
        """
        update enrichment.batches set state = 'waiting', error = null, failures = 0
        where request_id = \(requestID)::uuid and state <> 'done'
        returning batch_no
        """
    }

    /// Those that are done, too: what they found is replaced.
    static func reopenAll(_ requestID: String) -> Statement {
        """
        update enrichment.batches set state = 'waiting', error = null, failures = 0, has_outcomes = true
        where request_id = \(requestID)::uuid
        returning batch_no
        """
    }

    static func countFailure(_ requestID: String, batch: Int) -> Statement {
        """
        update enrichment.batches set failures = failures + 1
        where request_id = \(requestID)::uuid and batch_no = \(batch)::integer
        """
    }

    /// - Returns: whether there were some before; none if it is done.
    static func keepOutcomes(_ requestID: String, batch: Int) -> Statement {
        """
        with former as (
            select has_outcomes from enrichment.batches
            where request_id = \(requestID)::uuid and batch_no = \(batch)::integer for update
        )
        update enrichment.batches b set has_outcomes = true
        from former
        where b.request_id = \(requestID)::uuid and b.batch_no = \(batch)::integer and b.state <> 'done'
        returning former.has_outcomes
        """
    }

    /// - Returns: of each that was not done: its number, the state it had, and whether an earlier attempt has left results.
    static func finish(_ requestID: String, batches: [Int], attempts: [Int]) -> Statement {
        """
        with former as (
            select b.batch_no, b.state, b.has_outcomes, ended.attempt
            from unnest(\(batches)::integer[], \(attempts)::integer[]) as ended (batch_no, attempt)
            join enrichment.batches b on b.request_id = \(requestID)::uuid and b.batch_no = ended.batch_no
            order by b.batch_no for update of b
        )
        update enrichment.batches b
        set state = 'done', attempt = former.attempt, error = null, finished_at = clock_timestamp()
        from former
        where b.request_id = \(requestID)::uuid and b.batch_no = former.batch_no and former.state <> 'done'
        returning b.batch_no, former.state, former.has_outcomes
        """
    }

    static func fail(_ requestID: String, batch: Int, attempt: Int, error: String) -> Statement {
        """
        with former as (
            select state from enrichment.batches
            where request_id = \(requestID)::uuid and batch_no = \(batch)::integer for update
        )
        update enrichment.batches b
        set state = 'failed', attempt = \(attempt)::integer, error = \(error)::text, finished_at = clock_timestamp()
        from former
        where b.request_id = \(requestID)::uuid and b.batch_no = \(batch)::integer and former.state <> 'done'
        returning former.state
        """
    }
}

/// What was found for one field group of one record.
struct BatchResult: Sendable {
    var ordinal: Int
    var group: FieldGroup
    var choice: Waterfall.Choice
    /// Others that gave fields which the choice lacks.
    var supplements: [Waterfall.Choice] = []
    /// Who was passed over, and why.
    var note: String?
}

/// What could not be found out.
struct BatchError: Sendable {
    var ordinal: Int
    var group: FieldGroup
    var provider: String
    var error: String
}

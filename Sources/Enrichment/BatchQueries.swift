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

    /// The records of a batch that somebody may be asked about: their places and the values of some columns, empty where there
    /// are none.
    static func selectRecords(_ requestID: String, batch: Int, columns: [String]) -> Statement {
        """
        select r.ordinal,
            array(select coalesce(r.input ->> c.name, '') from unnest(\(columns)::text[]) with ordinality as c (name, place)
                order by c.place) as values
        from enrichment.records r
        where r.request_id = \(requestID)::uuid
          and r.ordinal between \(batch * BatchSplitter.size)::integer and \((batch + 1) * BatchSplitter.size - 1)::integer
          and r.problem is null
        order by r.ordinal
        """
    }

    /// By the key, one after the other: the plan is made when the cache may be empty, and kept while it grows.
    static func lookUp(_ provider: String, hashes: [String]) -> Statement {
        """
        select hash, c.outcome = 'match' as is_match, coalesce(c.confidence, 0) as confidence
        from unnest(\(hashes)::text[]) as hash
        cross join lateral (
            select outcome, confidence from enrichment.cache
            where provider = \(provider)::text and input_hash = decode(hash, 'hex') and expires_at > clock_timestamp()
            limit 1
        ) c
        """
    }

    /// - Parameter answers: `[{"p": provider, "h": hash, "c": confidence, "f": fields, "t": seconds to live}]`; no
    ///   confidence for no match.
    static func remember(_ answers: String) -> Statement {
        """
        insert into enrichment.cache (provider, input_hash, outcome, confidence, fields, expires_at)
        select p, decode(h, 'hex'), case when c is null then 'no_match' else 'match' end, c, f,
            clock_timestamp() + t * interval '1 second'
        from jsonb_to_recordset(\(answers)::jsonb) as answer (p text, h text, c real, f jsonb, t integer)
        order by p, h
        on conflict (provider, input_hash) do update
        set outcome = excluded.outcome, confidence = excluded.confidence, fields = excluded.fields,
            obtained_at = excluded.obtained_at, expires_at = excluded.expires_at
        """
    }

    /// Results from the cache, where all answers are by now.
    static func insertResults(_ requestID: String, _ results: [BatchResult]) -> Statement {
        """
        insert into enrichment.results (request_id, ordinal, field_group, provider, outcome, confidence, obtained_at,
            is_cached, fields)
        select \(requestID)::uuid, r.ordinal, r.field_group, r.provider, c.outcome, c.confidence, c.obtained_at,
            r.is_cached, c.fields
        from unnest(\(results.map(\.ordinal))::integer[], \(results.map(\.group.rawValue))::text[],
            \(results.map(\.choice.provider))::text[], \(results.map(\.choice.hash.hex))::text[],
            \(results.map { String($0.choice.isCached) })::boolean[]) as r (ordinal, field_group, provider, hash, is_cached)
        cross join lateral (
            select outcome, confidence, obtained_at, fields from enrichment.cache
            where provider = r.provider and input_hash = decode(r.hash, 'hex')
            limit 1
        ) c
        order by r.ordinal, r.field_group
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

    /// - Returns: the state it had; none if it was done.
    static func finish(_ requestID: String, batch: Int, attempt: Int) -> Statement {
        """
        with former as (
            select state from enrichment.batches
            where request_id = \(requestID)::uuid and batch_no = \(batch)::integer for update
        )
        update enrichment.batches b
        set state = 'done', attempt = \(attempt)::integer, error = null, finished_at = clock_timestamp()
        from former
        where b.request_id = \(requestID)::uuid and b.batch_no = \(batch)::integer and former.state <> 'done'
        returning former.state
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
}

/// What could not be found out.
struct BatchError: Sendable {
    var ordinal: Int
    var group: FieldGroup
    var provider: String
    var error: String
}

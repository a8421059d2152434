import Postgres

/// The statements of `enrichment.buckets` and `enrichment.calls`.
enum ProviderLimit {
    /// How far ahead of now tokens of the second are given away: workers know when to call without asking again, and
    /// no token is lost while they come and go. As many seconds of tokens are lost with a worker that dies.
    static let horizon = 2.0
    /// This many failures in a row open the circuit.
    static let failuresToOpen = 5
    /// A call under way for longer is over, whatever became of it.
    static let longestCall: Statement = "interval '10 minutes'"

    /// Whoever reserves for a provider waits here for the others: what he reads next is what they committed.
    static func hold(_ provider: String) -> Statement {
        "select from enrichment.buckets where provider = \(provider)::text for update"
    }

    /// Of these questions those that were answered, or are being asked by somebody, meanwhile.
    static func selectKnown(_ provider: String, hashes: [String]) -> Statement {
        """
        with flying as materialized (
            select unnest(inputs) as hash from enrichment.calls
            where provider = \(provider)::text and state = 'reserved' and reserved_at > clock_timestamp() - \(longestCall)
        ), asked as materialized (select hex, decode(hex, 'hex') as hash from unnest(\(hashes)::text[]) hex)
        select hex from asked
        where hash in (select hash from flying)
           or exists (select from enrichment.cache c
               where c.provider = \(provider)::text and c.input_hash = asked.hash and c.expires_at > clock_timestamp())
        """
    }

    /// Takes tokens for as many of the wanted calls as all buckets allow at once, or says how long to wait.
    ///
    /// The tokens of the second are given ahead of time, one after the other: `offset` is when the first may be used,
    /// `spacing` how long after it the next. Those of hour and day come back when the slot they were taken in is older
    /// than the period: never more than the limit in any hour or day. The provider's row must be held.
    static func take(_ provider: String, calls: Int, creditsEach: Int) -> Statement {
        """
        with \(clock(provider)), \(aged), \(room(creditsEach)), \(verdict(calls)), \(taken(creditsEach))
        select granted, failures, credit_budget is not null as has_budget,
            extract(epoch from free_at - now) as "offset", coalesce(1 / per_second, 0) as spacing,
            case when of_credit = 0 then 'the credit budget of provider ' || provider || ' is spent' end as spent,
            case when while_blocked = 0 then blocked_because end as blocked_because,
            greatest(0, extract(epoch from case when while_blocked = 0 then blocked_until - now end),
                case when of_second = 0 then extract(epoch from free_at - now) - \(horizon)::float8 end,
                case when of_concurrency = 0 then 0.1 end,
                case when of_hour = 0 then \(oldest("hour_slots", "minute", "60", "61")) end,
                case when of_day = 0 then \(oldest("day_slots", "quarter", "900", "97")) end) as wait
        from verdict
        """
    }

    /// The row, the time, and how many calls are under way.
    private static func clock(_ provider: String) -> Statement {
        """
        clock as materialized (
            select b.*, p.max_concurrency, clock_timestamp() as now,
                (select count(*) from enrichment.calls c
                    where c.provider = b.provider and c.state = 'reserved'
                      and c.reserved_at > clock_timestamp() - \(longestCall)) as under_way
            from enrichment.buckets b join enrichment.providers p using (provider)
            where b.provider = \(provider)::text
        )
        """
    }

    /// What came back since.
    private static var aged: Statement {
        """
        aged as materialized (
            select c.*, greatest(c.next_at, c.now) as free_at,
                date_bin('1 minute', c.now, 'epoch') as minute, date_bin('15 minutes', c.now, 'epoch') as quarter,
                \(slots("hour", "60", "61")) as hour_slots, \(slots("day", "900", "97")) as day_slots
            from clock c
        )
        """
    }

    /// How many calls each limit allows; null where there is none.
    private static func room(_ creditsEach: Int) -> Statement {
        """
        room as materialized (
            select a.*,
                case when now < blocked_until then 0 end as while_blocked,
                case when failures >= \(failuresToOpen)::integer then 1 end as while_open,
                greatest(0, max_concurrency - under_way) as of_concurrency,
                case when per_second is not null
                    then greatest(0, 1 + floor((\(horizon)::float8 - extract(epoch from free_at - now)) * per_second))
                    end as of_second,
                case when per_hour is not null
                    then greatest(0, per_hour - (select sum(n) from unnest(hour_slots) n)) end as of_hour,
                case when per_day is not null
                    then greatest(0, per_day - (select sum(n) from unnest(day_slots) n)) end as of_day,
                case when \(creditsEach)::integer > 0 and credit_budget is not null
                    then greatest(0, (credit_budget - credits_used) / \(creditsEach)::integer) end as of_credit
            from aged a
        )
        """
    }

    private static func verdict(_ calls: Int) -> Statement {
        """
        verdict as materialized (
            select r.*, least(\(calls)::integer, while_blocked, while_open, of_concurrency, of_second, of_hour, of_day,
                of_credit)::integer as granted
            from room r
        )
        """
    }

    /// Takes what is granted. A row without limits is left alone.
    private static func taken(_ creditsEach: Int) -> Statement {
        """
        taken as (
            update enrichment.buckets b
            set next_at = case when v.per_second is null then b.next_at
                    else v.free_at + v.granted / v.per_second * interval '1 second' end,
                hour_at = v.minute, hour_used = array[v.hour_slots[1] + v.granted] || v.hour_slots[2:],
                day_at = v.quarter, day_used = array[v.day_slots[1] + v.granted] || v.day_slots[2:],
                credits_used = b.credits_used
                    + case when v.credit_budget is null then 0 else v.granted * \(creditsEach)::integer end,
                blocked_until = case when v.failures >= \(failuresToOpen)::integer then v.now + interval '30 seconds'
                    else b.blocked_until end,
                blocked_because = case when v.failures >= \(failuresToOpen)::integer then 'one call tries the circuit'
                    else b.blocked_because end
            from verdict v
            where b.provider = v.provider and v.granted > 0
              and (v.per_second is not null or v.per_hour is not null or v.per_day is not null
                  or v.credit_budget is not null or v.failures >= \(failuresToOpen)::integer)
        )
        """
    }

    /// The slots of a period as they are now: those that went by since are empty.
    private static func slots(_ period: String, _ seconds: String, _ count: String) -> Statement {
        """
        (array_fill(0, array[greatest(0, least(\(raw: count), floor(extract(epoch from c.now) / \(raw: seconds))
            - floor(extract(epoch from c.\(raw: period)_at) / \(raw: seconds))))::integer])
            || c.\(raw: period)_used)[1:\(raw: count)]
        """
    }

    /// Seconds until the oldest slot that is not empty comes back.
    private static func oldest(_ slots: String, _ newest: String, _ seconds: String, _ count: String) -> Statement {
        """
        (select extract(epoch from \(raw: newest) - now) + (\(raw: count) + 1 - max(place)) * \(raw: seconds)
            from unnest(\(raw: slots)) with ordinality as slot (used, place) where used > 0)
        """
    }

    static func insert(_ provider: String, _ calls: [PlannedCall]) -> Statement {
        """
        insert into enrichment.calls (provider, capability, request_id, batch_no, attempt, inputs, credits)
        select \(provider)::text, capability, request_id, batch_no, attempt,
            (select array_agg(decode(hex, 'hex')) from unnest(string_to_array(hashes, ',')) hex), credits
        from unnest(\(calls.map(\.capability.rawValue))::text[], \(calls.map(\.requestID))::uuid[],
            \(calls.map(\.batchNumber))::integer[], \(calls.map(\.attempt))::integer[],
            \(calls.map { $0.questions.map(\.hash.hex).joined(separator: ",") })::text[], \(calls.map(\.credits))::integer[])
            with ordinality as call (capability, request_id, batch_no, attempt, hashes, credits, place)
        order by place
        returning call_id
        """
    }

    /// Notes how calls ended. What is over stays so, except that an answer may come after nobody expected one.
    static func end(_ ends: [CallEnd]) -> Statement {
        """
        update enrichment.calls c
        set state = e.state, credits = e.credits, error = e.error, ended_at = clock_timestamp()
        from unnest(\(ends.map(\.callID))::bigint[], \(ends.map(\.state.rawValue))::text[],
            \(ends.map(\.credits))::integer[], \(ends.map(\.error))::text[]) as e (call_id, state, credits, error)
        where c.call_id = e.call_id and (c.state = 'reserved' or (c.state = 'unknown' and e.state = 'answered'))
        """
    }

    /// Calls of an earlier attempt that nobody ended: its worker died.
    static func markUnknown(_ requestID: String, batch: Int, before attempt: Int) -> Statement {
        """
        update enrichment.calls
        set state = 'unknown', ended_at = clock_timestamp(), error = 'the worker died, or lost its lease, during the call'
        where request_id = \(requestID)::uuid and batch_no = \(batch)::integer and attempt < \(attempt)::integer
          and state = 'reserved'
        """
    }

    /// Provider and hash of what a batch has been answered.
    static func selectPaid(_ requestID: String, batch: Int) -> Statement {
        """
        select c.provider || ' ' || encode(hash, 'hex')
        from enrichment.calls c, unnest(c.inputs) as hash
        where c.request_id = \(requestID)::uuid and c.batch_no = \(batch)::integer and c.state = 'answered'
        """
    }

    static func giveBackCredits(_ provider: String, _ credits: Int) -> Statement {
        """
        update enrichment.buckets set credits_used = greatest(0, credits_used - \(credits)::bigint)
        where provider = \(provider)::text and credit_budget is not null
        """
    }

    /// Nobody calls for a while.
    static func block(_ provider: String, seconds: Double, because reason: String) -> Statement {
        """
        update enrichment.buckets
        set blocked_until = greatest(blocked_until, clock_timestamp() + \(seconds)::float8 * interval '1 second'),
            blocked_because = \(reason)::text
        where provider = \(provider)::text
        """
    }

    /// Counts a failure; the fifth in a row, and each after it, blocks for a random time below a bound that doubles.
    static func fail(_ provider: String, fraction: Double, because reason: String) -> Statement {
        """
        update enrichment.buckets
        set failures = failures + 1,
            blocked_until = case when failures + 1 < \(failuresToOpen)::integer then blocked_until
                else clock_timestamp() + \(fraction)::float8 * interval '1 second'
                    * least(300, 5 * 2.0 ^ least(10, failures + 1 - \(failuresToOpen)::integer)) end,
            blocked_because = case when failures + 1 < \(failuresToOpen)::integer then blocked_because
                else 'the circuit is open: ' || \(reason)::text end
        where provider = \(provider)::text
        """
    }

    /// A call succeeded: the circuit is closed.
    static func succeed(_ provider: String) -> Statement {
        """
        update enrichment.buckets
        set failures = 0, blocked_because = null,
            blocked_until = case when failures >= \(failuresToOpen)::integer then '-infinity' else blocked_until end
        where provider = \(provider)::text and failures > 0
        """
    }
}

/// A question and what identifies it.
struct Question: Sendable {
    var hash: InputHash
    var input: ProviderInput
}

/// A call that somebody wants to make.
struct PlannedCall: Sendable {
    var capability: Capability
    var questions: [Question]
    var requestID: String
    var batchNumber: Int
    var attempt: Int
    /// At most.
    var credits: Int
}

/// How a call ended.
struct CallEnd: Sendable {
    enum State: String { case answered, refused, unknown, unused }

    var callID: Int
    var provider: String
    var state: State
    /// What it cost, as far as is known.
    var credits: Int
    /// What was taken from a budget for it.
    var reserved: Int
    var error: String?
}

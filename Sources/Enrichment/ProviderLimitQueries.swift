import Jobs
import Postgres

/// The statements of `enrichment.buckets` and `enrichment.calls`.
enum ProviderLimit {
    /// How far ahead of now tokens of the second are given away: workers know when to call without asking again, and
    /// no token is lost while they come and go. As many seconds of tokens are lost with a worker that dies.
    static let horizon = 2.0
    /// This many failures in a row open the circuit.
    static let failuresToOpen = 5
    /// By how much calls that may be sent differ until the provider has them, in seconds: the way through threads and network.
    static let travel = 0.005
    /// Calls are spread a little wider than the limit: a second is longer by that, and by the least that processes are late.
    static let evenness = 1.01
    /// Why others wait meanwhile.
    private static let probing = "one call tries the circuit"

    // A call under way for longer than ten minutes is over, whatever became of it.

    /// Whoever reserves for a provider waits here for the others: what he reads next is what they committed.
    static func hold(_ provider: String) -> Statement {
        "select from enrichment.buckets where provider = \(provider)::text for update"
    }

    /// Of these questions those that were answered, with the answer, and those that somebody is asking, without one. All are wanted of
    /// the provider with the same settings.
    static func selectKnown(_ provider: String, _ wanted: [WantedAnswers]) -> Statement {
        let hashes = wanted.flatMap { $0.questions.map(\.hash.hex) }
        let since = wanted.flatMap { one in one.questions.map { _ in one.freshSince } }
        let fields = Set(wanted.flatMap(\.fields)).sorted()
        return """
            with flying as materialized (
                select unnest(inputs) as hash from enrichment.calls
                where provider = \(provider)::text and state = 'reserved'
                  and reserved_at > clock_timestamp() - interval '10 minutes'
            ), asked as materialized (
                select place, decode(hex, 'hex') as hash, since
                from unnest(\(hashes)::text[], \(since)::timestamptz[]) with ordinality as question (hex, since, place)
            )
            select \(BatchQueries.answerColumns(fields)) from asked
            left join lateral (\(BatchQueries.selectAnswer(provider, settings: wanted.first?.settingsHash))) answer on true
            where answer.outcome is not null or hash in (select hash from flying)
            """
    }

    /// Takes tokens for as many of the wanted calls as all buckets allow at once, or says how long to wait.
    ///
    /// The tokens of the second are given ahead of time, one after the other: `offset` is when the first may be used,
    /// `spacing` how long after it the next. Those of hour and day come back when the slot they were taken in is older
    /// than the period: never more than the limit in any hour or day. The provider's row must be held.
    /// - Parameters:
    ///   - credits: of each call, at most.
    ///   - since: a provider that stopped before the latest of these moments is asked again.
    static func take(_ provider: String, credits: [Int], since: [String]) -> Statement {
        """
        with wanted as materialized (  -- what each call and those before it cost
            select place, sum(cost) over (order by place) as costs
            from unnest(\(credits)::bigint[]) with ordinality as call (cost, place)
        ), clock as materialized (  -- the row, the time, and how many calls are under way
            select b.*, p.max_concurrency, clock_timestamp() as now,
                (select count(*) from enrichment.calls c
                    where c.provider = b.provider and c.state = 'reserved'
                      and c.reserved_at > clock_timestamp() - interval '10 minutes') as under_way
            from enrichment.buckets b join enrichment.providers p using (provider)
            where b.provider = \(provider)::text
        ), aged as materialized (  -- the slots of hour and day as they are now: those that went by since are empty
            select c.*, greatest(c.next_at, c.now) as free_at,
                date_bin('1 minute', c.now, 'epoch') as minute, date_bin('15 minutes', c.now, 'epoch') as quarter,
                (array_fill(0, array[greatest(0, least(61, floor(extract(epoch from c.now) / 60)
                    - floor(extract(epoch from c.hour_at) / 60)))::integer]) || c.hour_used)[1:61] as hour_slots,
                (array_fill(0, array[greatest(0, least(97, floor(extract(epoch from c.now) / 900)
                    - floor(extract(epoch from c.day_at) / 900)))::integer]) || c.day_used)[1:97] as day_slots
            from clock c
        ), room as materialized (  -- how many calls each limit allows; null where there is none
            select a.*,
                case when now < blocked_until then 0 end as while_blocked,
                case when stopped_at >= coalesce((select max(t) from unnest(\(since)::timestamptz[]) t), '-infinity') then 0
                    end as while_stopped,
                case when failures >= \(failuresToOpen)::integer then 1 end as while_open,
                greatest(0, max_concurrency - under_way) as of_concurrency,
                case when per_second is not null
                    then greatest(0, 1 + floor((\(horizon)::float8 - extract(epoch from free_at - now)) * per_second))
                    end as of_second,
                case when per_hour is not null
                    then greatest(0, per_hour - (select sum(n) from unnest(hour_slots) n)) end as of_hour,
                case when per_day is not null
                    then greatest(0, per_day - (select sum(n) from unnest(day_slots) n)) end as of_day,
                case when credit_budget is not null
                    then (select count(*) from wanted where costs = 0 or costs <= credit_budget - credits_used) end as of_credit
            from aged a
        ), verdict as materialized (
            select r.*, least(\(credits.count)::integer, while_blocked, while_stopped, while_open, of_concurrency, of_second, of_hour, of_day,
                of_credit)::integer as granted
            from room r
        ), taken as (  -- a row without limits is left alone
            update enrichment.buckets b
            set next_at = case when v.per_second is null then b.next_at
                    else v.free_at + v.granted * \(evenness)::float8 / v.per_second * interval '1 second' end,
                hour_at = v.minute, hour_used = array[v.hour_slots[1] + v.granted] || v.hour_slots[2:],
                day_at = v.quarter, day_used = array[v.day_slots[1] + v.granted] || v.day_slots[2:],
                credits_used = b.credits_used + case when v.credit_budget is null then 0
                    else coalesce((select costs from wanted where place = v.granted), 0) end,
                blocked_until = case when v.failures >= \(failuresToOpen)::integer then v.now + interval '30 seconds'
                    else b.blocked_until end,
                blocked_because = case when v.failures >= \(failuresToOpen)::integer then \(probing)::text
                    else b.blocked_because end
            from verdict v
            where b.provider = v.provider and v.granted > 0
              and (v.per_second is not null or v.per_hour is not null or v.per_day is not null
                  or v.credit_budget is not null or v.failures >= \(failuresToOpen)::integer)
        )
        select granted, failures > 0 or stopped_at is not null as has_failed,
            extract(epoch from free_at - now) as "offset", coalesce(\(evenness)::float8 / per_second, 0) as spacing,
            case when while_stopped = 0 then stopped_because
                when of_credit = 0 then 'the credit budget of provider ' || provider || ' is spent: raise it, then retry'
                end as refusal,
            case when while_blocked = 0 then coalesce(blocked_because, 'provider ' || provider || ' is blocked') end as blocked_because,
            case when failures >= \(failuresToOpen)::integer then extract(epoch from now - failing_since) end as outage,
            greatest(0, extract(epoch from case when while_blocked = 0 then blocked_until - now end),
                case when of_second = 0 then extract(epoch from free_at - now) - \(horizon)::float8 end,
                case when of_concurrency = 0 then 0.1 end,
                -- until the oldest slot that is not empty comes back
                case when of_hour = 0 then
                    (select extract(epoch from minute - now) + (61 + 1 - max(place)) * 60
                        from unnest(hour_slots) with ordinality as slot (used, place) where used > 0) end,
                case when of_day = 0 then
                    (select extract(epoch from quarter - now) + (97 + 1 - max(place)) * 900
                        from unnest(day_slots) with ordinality as slot (used, place) where used > 0) end) as wait
        from verdict
        """
    }

    /// - Parameter areSent: they are made at once, and noted so.
    static func insert(_ provider: String, _ calls: [PlannedCall], areSent: Bool) -> Statement {
        """
        insert into enrichment.calls (provider, capability, request_id, batch_no, attempt, inputs, credits, sent_at)
        select \(provider)::text, capability, request_id, batch_no, attempt,
            (select array_agg(decode(hex, 'hex')) from unnest(string_to_array(hashes, ',')) hex), credits,
            case when \(areSent)::boolean then clock_timestamp() end
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

    /// Of these reserved calls those that may be sent, and in how many seconds; they are noted as sent. With a window the provider's row
    /// must be held, and there are not more calls than the window has.
    /// - Parameter slack: by how many seconds they may be sent later.
    static func noteSending(_ callIDs: [Int], of provider: String, in window: SendingWindow?, slack: Double)
        -> Statement
    {
        """
        with bucket as materialized (
            select extract(epoch from clock_timestamp())::float8 as now, sent_times, stopped_at from enrichment.buckets
            where provider = \(provider)::text
              and (blocked_until <= clock_timestamp() or blocked_because = \(probing)::text)
        ), allowed as materialized (
            select c.call_id, row_number() over (order by c.call_id) as place, b.now,
                greatest(b.now, b.sent_times[cardinality(b.sent_times) - \(window?.calls)::integer
                    + (row_number() over (order by c.call_id))::integer] + \(window?.length)::float8) as start
            from bucket b
            join enrichment.calls c on c.call_id = any (\(callIDs)::bigint[]) and c.state = 'reserved'
                and coalesce(b.stopped_at < c.reserved_at, true)
        ), noted as (
            update enrichment.calls c set sent_at = to_timestamp(a.start) from allowed a where c.call_id = a.call_id
        ), kept as (
            update enrichment.buckets b
            set sent_times = b.sent_times[greatest(1, cardinality(b.sent_times) + added.count - \(window?.calls)::integer + 1):]
                || added.times
            from (select count(*)::integer as count, array_agg(start + \(slack + travel)::float8 order by place) as times from allowed) added
            where b.provider = \(provider)::text and added.count > 0 and \(window?.calls)::integer is not null
        )
        select call_id, start - now as delay from allowed
        """
    }

    /// Calls of an earlier attempt that nobody ended: its worker died. What was not sent is given back.
    static func endLost(_ requestID: String, batch: Int, before attempt: Int) -> Statement {
        """
        with lost as materialized (
            select call_id, provider, credits, sent_at is not null as is_sent from enrichment.calls
            where request_id = \(requestID)::uuid and batch_no = \(batch)::integer and attempt < \(attempt)::integer
              and state = 'reserved'
            order by call_id for update
        ), \(lostEnds)
        select count(*) from lost
        """
    }

    /// As `endLost`, of all batches: those nobody claims any more, and those of commands that are gone, whoever ended their requests.
    static let endForgotten: Statement = """
        with lost as materialized (
            select call_id, provider, credits, sent_at is not null as is_sent from enrichment.calls c
            where state = 'reserved' and (reserved_at < clock_timestamp() - interval '1 hour' or exists (
                select from enrichment.requests q
                where q.request_id = c.request_id and q.watched_at < clock_timestamp() - interval '2 minutes'))
            order by call_id for update
        ), \(lostEnds)
        select count(*) from lost
        """

    /// What becomes of `lost`.
    private static let lostEnds: Statement = """
        ended as (
            update enrichment.calls c
            set state = case when l.is_sent then 'unknown' else 'unused' end, ended_at = clock_timestamp(),
                credits = case when l.is_sent then c.credits else 0 end,
                error = case when l.is_sent then 'the worker died, or lost its lease, during the call'
                    else 'the worker died, or lost its lease, before the call' end
            from lost l
            where c.call_id = l.call_id
        ), returned as (
            update enrichment.buckets b set credits_used = greatest(0, b.credits_used - unsent.credits)
            from (select provider, sum(credits) as credits from lost where not is_sent group by provider) unsent
            where b.provider = unsent.provider and b.credit_budget is not null
        )
        """

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

    /// Counts a failure. The fifth in a row opens the circuit, and so does each try of it that fails: one call tries after two
    /// seconds, four, eight, up to a minute. Of calls that were under way when it opened the failures count no more.
    /// - Parameter age: seconds since the call was sent.
    static func fail(_ provider: String, age: Double, because reason: String) -> Statement {
        """
        update enrichment.buckets
        set failures = failures + 1, failing_since = coalesce(failing_since, clock_timestamp()),
            opened_at = case when failures + 1 < \(failuresToOpen)::integer then opened_at else clock_timestamp() end,
            openings = case when failures + 1 < \(failuresToOpen)::integer then openings else openings + 1 end,
            blocked_until = case when failures + 1 < \(failuresToOpen)::integer then blocked_until
                else greatest(case when blocked_because is distinct from \(probing)::text then blocked_until end,
                    clock_timestamp() + least(60, 2.0 ^ least(10, openings + 1)) * interval '1 second') end,
            blocked_because = case when failures + 1 < \(failuresToOpen)::integer then blocked_because
                else 'the circuit is open: ' || \(reason)::text end
        where provider = \(provider)::text
          and (opened_at is null or opened_at < clock_timestamp() - \(age)::float8 * interval '1 second')
        """
    }

    /// The provider refuses us: who was ready before does not ask it.
    static func stop(_ provider: String, because reason: String) -> Statement {
        """
        update enrichment.buckets set stopped_at = clock_timestamp(), stopped_because = \(reason)::text
        where provider = \(provider)::text
        """
    }

    /// A call succeeded: the circuit is closed, and nothing is refused any more.
    static func succeed(_ provider: String) -> Statement {
        """
        update enrichment.buckets
        set failures = 0, openings = 0, opened_at = null, failing_since = null, blocked_because = null, stopped_at = null,
            stopped_because = null,
            blocked_until = case when failures >= \(failuresToOpen)::integer then '-infinity' else blocked_until end
        where provider = \(provider)::text and (failures > 0 or stopped_at is not null)
        """
    }
}

import Postgres

/// The statements of parked jobs: those that wait behind a running one of their serial key.
///
/// Invariant: a serial key that has parked jobs has a running job, or a ready one in each queue of theirs. Whoever parks holds the row of the running
/// job until it commits, so that the end of that job, in whichever transaction, comes after and sees what was parked: the triggers of the table
/// put the next one back.
enum ParkingQueries {
    /// Rows at most, so that ends and heartbeats of the running jobs wait for moments only.
    static let batch = 1000

    /// Parks what claims would pass over. A running job whose row is locked is about to end: its successors stay.
    static let park: Statement = """
        with busy as materialized (
            select r.serial_key from jobs.jobs r
            where r.state = 'running' and r.serial_key is not null
              and exists (
                  select from jobs.jobs w
                  where w.serial_key = r.serial_key and w.state = 'ready' and w.run_at <= clock_timestamp())
            for share of r skip locked
        ), passed as materialized (
            select w.job_id from busy cross join lateral (
                select job_id from jobs.jobs w
                where w.serial_key = busy.serial_key and w.state = 'ready' and w.run_at <= clock_timestamp()
                limit \(batch)::integer for update skip locked
            ) w
            limit \(batch)::integer
        )
        update jobs.jobs j set state = 'parked' from passed where j.job_id = passed.job_id
        """

    /// What the invariant excludes: serial keys whose parked jobs nobody would put back. Rows changed by hand, with triggers off, may do
    /// that. Whoever has the key's lock sees to it by itself.
    static let unparkForgotten: Statement = """
        with recursive parked as (
            (select serial_key, queue from jobs.jobs where state = 'parked' order by serial_key, queue limit 1)
            union all
            select next.* from parked cross join lateral (
                select j.serial_key, j.queue from jobs.jobs j
                where j.state = 'parked' and (j.serial_key, j.queue) > (parked.serial_key, parked.queue)
                order by j.serial_key, j.queue limit 1) next
        )
        select coalesce(sum(case when \(SerialKeyLock.attempt) then jobs.unpark(serial_key) else 0 end), 0) as jobs
        from (
            select distinct serial_key from parked
            where not exists (select from jobs.jobs r where r.serial_key = parked.serial_key and r.state = 'running')
              and not exists (
                  select from jobs.jobs w
                  where w.serial_key = parked.serial_key and w.queue = parked.queue and w.state = 'ready'
                    and w.run_at <= clock_timestamp())
        ) j
        """
}

extension Session {
    /// - Returns: how many.
    func parkJobs() throws -> Int { try execute(ParkingQueries.park.prepared()) }

    /// - Returns: how many; 0 unless somebody changed rows by hand.
    func unparkForgottenJobs() throws -> Int { try first(ParkingQueries.unparkForgotten)?.get("jobs") ?? 0 }
}

import Postgres
import TestSupport

/// Makes a statement of a worker wait at a place the test chose.
struct Gate {
    private let connection: Connection

    init(_ conninfo: String) async throws {
        connection = try await Connection.open(conninfo, application: "gate")
        try await connection.run { _ = try $0.execute("select pg_advisory_lock(4711)") }
    }

    /// Waits until a statement waits. A lease may end on a busy machine: then another worker's waits too.
    func isReached(_ service: ServiceEnvironment) async throws {
        try await service.wait(
            for: "t",
            """
            select count(*) > 0 from pg_locks l join pg_database d on d.oid = l.database
            where l.locktype = 'advisory' and l.objid = 4711 and not l.granted and d.datname = current_database()
            """)
    }

    func open() async throws {
        await connection.close()
    }
}

extension ServiceEnvironment {
    /// The first statement that meets the condition waits as long as a gate is closed.
    /// - Parameter operation: such as `insert on catalog.products`.
    func block(_ operation: String, when condition: String) async throws {
        try await pool.run { session in
            try session.executeScript(
                """
                create function public.wait_at_gate() returns trigger language plpgsql as $$
                begin
                    perform pg_advisory_xact_lock_shared(4711);
                    return coalesce(new, old);
                end $$;
                create trigger gate before \(operation) for each row when (\(condition))
                    execute function public.wait_at_gate();
                """)
        }
    }
}

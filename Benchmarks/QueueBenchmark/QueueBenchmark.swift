import Foundation

/// Measures the queue on a migrated database that nobody else uses, and prints one line of JSON.
///
///     queue-benchmark drain [--jobs N] [--batch N]             no-op jobs, enqueued before the clock starts
///     queue-benchmark transactional [--jobs N] [--batch N]     each job commits a row of its own and its own completion
///     queue-benchmark latency [--jobs N]                       an idle worker: from before the enqueue to the handler
///     queue-benchmark idle [--seconds N]                       a worker without work
///     queue-benchmark behind [--jobs N]                        claims beside so many that wait for one of their serial key
///     queue-benchmark snapshot [--seconds N] [--rate N] [--hold]   a steady stream, with an old snapshot held or not
///
/// The database is `CATALOG_DATABASE_URL`. `transactional` writes into `public.bench_effects (job_id, note)`.
@main
struct QueueBenchmark {
    static func main() async throws {
        var options = Options(CommandLine.arguments.dropFirst())
        let result: any Encodable =
            switch options.command {
            case "drain":
                try await drain(jobs: options.number("--jobs", 200_000), batch: options.number("--batch", 1000))
            case "transactional":
                try await transactional(jobs: options.number("--jobs", 20_000), inFlight: options.number("--batch", 8))
            case "latency": try await latency(jobs: options.number("--jobs", 1000))
            case "behind": try await behind(jobs: options.number("--jobs", 100_000))
            case "idle": try await idle(seconds: options.number("--seconds", 30))
            case "snapshot":
                try await snapshot(
                    seconds: options.number("--seconds", 60), rate: options.number("--rate", 500),
                    holds: options.flag("--hold"))
            default: throw Usage()
            }
        guard options.isUsedUp else { throw Usage() }
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }
}

/// The command line: a command, numbers by name, flags.
struct Options {
    let command: String
    private var rest: [String]

    init(_ arguments: some Sequence<String>) {
        rest = Array(arguments)
        command = rest.isEmpty ? "" : rest.removeFirst()
    }

    var isUsedUp: Bool { rest.isEmpty }

    mutating func number(_ name: String, _ standard: Int) -> Int {
        guard let index = rest.firstIndex(of: name), index + 1 < rest.count, let value = Int(rest[index + 1]), value > 0
        else { return standard }
        rest.removeSubrange(index...(index + 1))
        return value
    }

    mutating func flag(_ name: String) -> Bool {
        guard let index = rest.firstIndex(of: name) else { return false }
        rest.remove(at: index)
        return true
    }
}

struct Usage: Error, CustomStringConvertible {
    var description: String {
        "usage: queue-benchmark drain|transactional|latency|behind|idle|snapshot [--jobs N] [--batch N] [--seconds N] [--rate N] [--hold]"
    }
}

import Foundation

/// Runs initdb beside the data directory and renames the result, so that a killed one leaves nothing half-made behind.
struct ClusterMaker {
    let layout: ClusterLayout
    let binaries: PostgresBinaries

    /// Nothing of ours: `PGOPTIONS` or a foreign `PGDATA` would change the server, `LC_ALL` its messages.
    static var environment: [String] {
        let inherited = ProcessInfo.processInfo.environment
        let path = (inherited["PATH"] ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
        return ["PATH=\(path)", "LANG=C.UTF-8"] + (inherited["TZ"].map { ["TZ=\($0)"] } ?? [])
    }

    func make() throws {
        try makeParent()
        try discard(layout.data)
        try discard(layout.unfinished)
        try systemCall("make directory", layout.unfinished) { mkdir(layout.unfinished, 0o700) }
        try layout.user.adopt(layout.unfinished)
        try run([
            binaries.initdb, "-D", layout.unfinished, "-U", ClusterLayout.role, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-instructions",
        ])
        // The single-user server makes the database before anybody can see the cluster.
        try run(
            [binaries.postgres, "--single", "-c", "exit_on_error=on", "-D", layout.unfinished, "postgres"],
            shell: "echo 'create database \(ClusterLayout.database)' | \"$@\"")
        try systemCall("rename", layout.unfinished) { rename(layout.unfinished, layout.data) }
        try linkEntry()
    }

    private func makeParent() throws {
        guard layout.data != layout.entry else { return }
        try makeDirectory(Path.parent(layout.data), mode: 0o755)
    }

    /// What is left of an interrupted or removed cluster. Only one without PG_VERSION, or one whose link the user has removed
    /// together with `<base>`, comes here.
    private func discard(_ path: String) throws {
        guard FileInfo(path, followingLinks: false) != nil else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    private func linkEntry() throws {
        guard layout.data != layout.entry else { return }
        if Path.link(layout.entry) != nil { return }
        try systemCall("link", layout.entry) { symlink(layout.data, layout.entry) }
    }

    private func run(_ arguments: [String], shell: String = "exec \"$@\"") throws {
        let result = try ChildProcess.capture(
            layout.user.prefix + arguments, environment: Self.environment, shell: shell)
        guard result.status == 0 else {
            throw EmbeddedPostgresError.initdb(output: result.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}

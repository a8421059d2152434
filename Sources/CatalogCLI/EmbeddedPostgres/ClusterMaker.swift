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
        try makeRoom()
        try systemCall("make directory", layout.unfinished) { mkdir(layout.unfinished, 0o700) }
        try layout.user.adopt(layout.unfinished)
        try run([
            binaries.initdb, "-D", layout.unfinished, "-U", ClusterLayout.role, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-instructions", "--no-sync",
        ])
        // The single-user server makes the database before anybody can see the cluster.
        try run(
            [
                binaries.postgres, "--single", "-c", "exit_on_error=on", "-c", "fsync=off", "-D", layout.unfinished,
                "postgres",
            ], shell: "echo 'create database \(ClusterLayout.database)' | \"$@\"")
        // Once, before anybody can see it, instead of after each of the two.
        try run([binaries.initdb, "--sync-only", "-D", layout.unfinished])
        try systemCall("rename", layout.unfinished) { rename(layout.unfinished, layout.data) }
        guard layout.isRelocated, Path.link(layout.entry) == nil else { return }
        try systemCall("link", layout.entry) { symlink(layout.data, layout.entry) }
    }

    /// Removes what an interrupted start has left, and a relocated database whose link the user has removed. A directory at
    /// `<base>/postgres` is removed only when it is empty: whatever it holds, it is not ours.
    private func makeRoom() throws {
        try removeIfThere(layout.unfinished)
        if layout.isRelocated {
            try makeDirectory(Path.parent(layout.data), mode: 0o755)
            try removeIfThere(layout.data)
        } else if FileInfo(layout.data) != nil, rmdir(layout.data) != 0 {
            throw EmbeddedPostgresError.notACluster(path: layout.data)
        }
    }

    private func removeIfThere(_ path: String) throws {
        guard FileInfo(path, followingLinks: false) != nil else { return }
        try FileManager.default.removeItem(atPath: path)
    }

    private func run(_ arguments: [String], shell: String = "exec \"$@\"") throws {
        let result = try ChildProcess.capture(
            layout.user.prefix + arguments, environment: Self.environment, shell: shell)
        guard result.status == 0 else {
            throw EmbeddedPostgresError.initdb(output: result.output.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}

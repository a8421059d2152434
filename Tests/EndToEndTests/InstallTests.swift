import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct InstallTests {
    /// - Parameter binary: stands for the command, which takes minutes to build as it is installed.
    private static func install(
        _ binary: String = "/bin/true", below root: String, prefix: String = "/opt/catalog"
    ) async throws -> Subprocess.Outcome {
        try await Subprocess.run(
            "/bin/bash", [Project.file("scripts/install.sh"), binary],
            environment: ["DESTDIR": root, "PREFIX": prefix])
    }

    @Test("The unit starts the binary that was installed, as the user that was made; variables of an operator stay")
    func layout() async throws {
        let folder = try TemporaryFolder()
        let first = try await Self.install(below: folder.path)
        #expect(first.status == 0, "\(first.error)")
        #expect(FileManager.default.isExecutableFile(atPath: folder.file("opt/catalog/bin/catalog")))
        let unit = try String(contentsOfFile: folder.file("etc/systemd/system/catalog.service"), encoding: .utf8)
        #expect(unit.contains("ExecStart=/opt/catalog/bin/catalog serve\n") && unit.contains("User=catalog\n"))
        #expect(FileManager.default.fileExists(atPath: folder.file("opt/catalog/share/man/man1/catalog-upload.1")))
        let users = try String(contentsOfFile: folder.file("usr/lib/sysusers.d/catalog.conf"), encoding: .utf8)
        #expect(users.contains("u catalog "))

        let variables = folder.file("etc/catalog/environment")
        let mode = try FileManager.default.attributesOfItem(atPath: variables)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("CATALOG_EVENTS_TOKEN=t\n".utf8).write(to: URL(fileURLWithPath: variables))
        #expect(try await Self.install(below: folder.path).status == 0)
        #expect(try String(contentsOfFile: variables, encoding: .utf8) == "CATALOG_EVENTS_TOKEN=t\n")
    }

    @Test("Each shell finds its completion where it looks, as the command describes itself")
    func completions() async throws {
        let folder = try TemporaryFolder()
        let script = try folder.write("#!/bin/sh\necho \"$1 for $2\"\n", to: "script")
        // By another process: what this one has open for writing, a process that it starts at this moment has open too, and nobody may run it.
        let binary = folder.file("catalog")
        #expect(try await Subprocess.run("/usr/bin/install", ["-m", "755", script, binary]).status == 0)
        let outcome = try await Self.install(binary, below: folder.file("root"))
        #expect(outcome.status == 0, "\(outcome.error)")
        for (shell, file) in [
            ("bash", "bash-completion/completions/catalog"), ("zsh", "zsh/site-functions/_catalog"),
            ("fish", "fish/vendor_completions.d/catalog.fish"),
        ] {
            let text = try String(contentsOfFile: folder.file("root/opt/catalog/share/\(file)"), encoding: .utf8)
            #expect(text == "--generate-completion-script for \(shell)\n")
            let real = try await Subprocess.run(Project.binary("catalog"), ["--generate-completion-script", shell])
            #expect(real.status == 0 && real.output.contains("ingest"), "\(real.error)")
        }
    }

    @Test("A binary that needs the toolchain's libraries is not installed")
    func sharedRuntime() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Self.install(Project.binary("catalog"), below: folder.path)
        #expect(outcome.status == 1)
        #expect(outcome.error.contains("build it with --static-swift-stdlib"), "\(outcome.error)")
        #expect(!FileManager.default.fileExists(atPath: folder.file("opt")))
    }

    private static let analyzer = "/usr/bin/systemd-analyze"

    @Test(
        "systemd takes the unit without a complaint",
        .enabled(if: FileManager.default.isExecutableFile(atPath: analyzer), "systemd-analyze is not installed"))
    func unit() async throws {
        let folder = try TemporaryFolder()
        let prefix = folder.file("opt")
        #expect(try await Self.install(below: folder.file("root"), prefix: prefix).status == 0)
        // It looks whether the command is there.
        try FileManager.default.moveItem(atPath: folder.file("root") + prefix, toPath: prefix)
        let outcome = try await Subprocess.run(
            Self.analyzer, ["verify", folder.file("root/etc/systemd/system/catalog.service")])
        #expect(outcome.status == 0 && outcome.error.isEmpty, "\(outcome.error)")
    }
}

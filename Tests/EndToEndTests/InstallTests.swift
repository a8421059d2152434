import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct InstallTests {
    private static func install(below root: String) async throws -> Subprocess.Outcome {
        try await Subprocess.run(
            "/bin/bash", [Project.file("scripts/install.sh"), Project.binary("catalog")],
            environment: ["DESTDIR": root, "PREFIX": "/opt/catalog"])
    }

    @Test("The unit starts the binary that was installed, as the user that was made; variables of an operator stay")
    func layout() async throws {
        let folder = try TemporaryFolder()
        let first = try await Self.install(below: folder.path)
        #expect(first.status == 0, "\(first.error)")
        #expect(FileManager.default.isExecutableFile(atPath: folder.file("opt/catalog/bin/catalog")))
        let unit = try String(contentsOfFile: folder.file("etc/systemd/system/catalog.service"), encoding: .utf8)
        #expect(unit.contains("ExecStart=/opt/catalog/bin/catalog serve\n") && unit.contains("User=catalog\n"))
        let users = try String(contentsOfFile: folder.file("usr/lib/sysusers.d/catalog.conf"), encoding: .utf8)
        #expect(users.contains("u catalog "))

        let variables = folder.file("etc/catalog/environment")
        let mode = try FileManager.default.attributesOfItem(atPath: variables)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try Data("CATALOG_EVENTS_TOKEN=t\n".utf8).write(to: URL(fileURLWithPath: variables))
        #expect(try await Self.install(below: folder.path).status == 0)
        #expect(try String(contentsOfFile: variables, encoding: .utf8) == "CATALOG_EVENTS_TOKEN=t\n")
    }
}

import AWS
import Postgres
import TestSupport
import Testing

@testable import CatalogCLI

@Suite(.timeLimit(.minutes(5))) struct DatabaseTests {
    @Test("Each of two hosts gets a token signed for it, and the connection goes to the one that takes changes")
    func tokens() async throws {
        let cloud = Cloud(
            environment: AWSEnvironment(
                variables: [
                    "AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "eu-central-1",
                ]
            ) { _ in nil })
        let primary = try ConnectionInfo.environment(of: try await TestCluster.conninfo(database: "postgres"))
        let standby = try ConnectionInfo.environment(of: try await TestCluster.standbyConninfo())
        let hosts = [standby["PGHOST"] ?? "", primary["PGHOST"] ?? ""]
        let settings = try Settings(
            environment: [
                "CATALOG_DATABASE_URL":
                    "host=\(hosts[0]),\(hosts[1]) port=5432 user=postgres dbname=postgres sslmode=disable",
                "CATALOG_DATABASE_AUTH": "iam",
            ], directory: "/work")
        let database = Database(settings: settings, cloud: cloud)
        let texts = try await database.candidates().map { try ConnectionInfo.environment(of: $0) }
        #expect(texts.map { $0["PGHOST"] } == hosts)
        for (text, host) in zip(texts, hosts) {
            #expect(text["PGPASSWORD"]?.hasPrefix("\(host):5432/?Action=connect&DBUser=postgres&") == true)
        }
        // The server trusts us whatever the password is; the standby is passed over.
        let connection = try await database.open()
        try await connection.run { try $0.requireWritable() }
        await connection.close()
        #expect(try ConnectionInfo.environment(of: try await database.conninfo())["PGHOST"] == hosts[1])
    }
}

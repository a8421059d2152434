import AWS
import ArgumentParser
import Intake
import Postgres
import Relay

extension RelayCommand {
    struct Lifecycle: ChangingCommand {
        static let configuration = CommandConfiguration(
            commandName: "lifecycle", abstract: "Move relayed objects into Deep Archive after some days.",
            discussion: """
                Prints one rule for each route of the relay: bucket, prefix and rule. With --apply, the rule is added to those of
                the bucket, which stay; a rule of the same route is replaced. For S3 buckets: other stores have no Deep Archive.

                Examples:
                  catalog relay lifecycle
                  catalog relay lifecycle --hot-days 14 --apply
                """)

        @Option(
            help: "Days in their original storage class: at least 4, so that an outage of the target loses nothing.")
        var hotDays = 7

        @Option(help: "Storage class after that.")
        var storageClass = "DEEP_ARCHIVE"

        @Flag(help: "Change the buckets; without it, nothing is changed.")
        var apply = false

        func validate() throws {
            guard hotDays >= 4 else { throw ValidationError("--hot-days is \(hotDays): expected at least 4") }
        }

        var actionObject: String? { nil }
        var changesOthers: Bool { apply }

        func run() async throws {
            let composition = try Composition()
            let routes = try await composition.withConnection { try await $0.run { try $0.routes() } }
                .filter { $0.pipeline == RelayIntake.name }
            guard !routes.isEmpty else {
                throw CommandFailure("no relay route: catalog route add s3://BUCKET/landing/ relay")
            }
            for route in routes {
                let rule = S3LifecycleRule(
                    id: "catalog relay \(route.prefix)", prefix: route.prefix, days: hotDays, storageClass: storageClass
                )
                print("\(route.url)\n\(rule.xml)")
                guard apply else { continue }
                try await S3Client(composition.cloud.configuration()).setLifecycle(rule, of: route.bucket)
                print("applied")
            }
            if apply { try await composition.recordAction() }
        }
    }
}

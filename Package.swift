// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]

/// A library of this package: its folder is `Sources/<name>`.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of the module of the same name, with the shared test support.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies + ["TestSupport", "Threads"], swiftSettings: strict)
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "catalog",
    products: [.executable(name: "catalog", targets: ["CatalogCLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    ],
    targets: [
        // C libraries of the system
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPthread"),
        .target(name: "CSIMD"),

        // Modules, in the order of the graph in docs/internals/architecture.md
        library("Threads", ["CPthread"]),
        library("Postgres", ["CLibpq", "Threads"]),
        library("OpenSSL", ["COpenSSL"]),
        library("Zlib", ["CZlib"]),
        library("Curl", ["CLibcurl", "Threads"]),
        library("CSV", ["CSIMD"]),
        library("Text"),
        library("AWS", ["Curl", "OpenSSL", "Threads"]),
        // Its folder holds a link to sql/migrations, because SwiftPM plans again only when a target's own folder changes.
        .target(
            name: "Migrations", dependencies: ["OpenSSL", "Postgres"], exclude: ["sql"], swiftSettings: strict,
            plugins: ["EmbedSQL"]),
        library("Jobs", ["Postgres", "Threads", logging, lifecycle]),
        library("Catalog", ["Postgres", "Text"]),
        library("Storage", ["AWS", "OpenSSL", "Threads"]),
        library("Tabular", ["CSIMD", "CSV", "OpenSSL", "Storage", "Text", "Zlib"]),
        library("Intake", ["AWS", "Jobs", "Postgres", "Storage", lifecycle, logging]),
        library(
            "Ingest",
            [
                "AWS", "Catalog", "CSV", "Curl", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Tabular", "Text",
                "Threads",
                logging,
            ]),
        library(
            "Enrichment",
            [
                "CSV", "Curl", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Tabular", "Threads", "Zlib",
                logging,
            ]),
        library("Relay", ["AWS", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Threads", "Zlib", logging]),
        library("Upkeep", ["Jobs", "OpenSSL", "Postgres", "Storage", "Zlib", logging]),
        library(
            "API",
            [
                "Catalog", "Curl", "Enrichment", "Ingest", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage",
                "Tabular",
                "Threads", hummingbird, lifecycle, logging,
            ]),
        .executableTarget(
            name: "CatalogCLI",
            dependencies: [
                "API", "AWS", "Catalog", "Curl", "Enrichment", "Ingest", "Intake", "Jobs", "Migrations", "Postgres",
                "Relay", "Storage", "Tabular", "Text", "Threads", "Upkeep", arguments, lifecycle, logging,
            ],
            swiftSettings: strict),

        // Parsing and rules without a database, measured by Benchmarks/bench.py
        .executableTarget(
            name: "parse-benchmark", dependencies: ["Catalog", "CSV", "Ingest", "Storage", "Tabular"],
            path: "Benchmarks/ParseBenchmark",
            swiftSettings: strict),
        // The queue without anything else, the same
        .executableTarget(
            name: "queue-benchmark", dependencies: ["Jobs", "Postgres", "Threads", logging],
            path: "Benchmarks/QueueBenchmark",
            swiftSettings: strict),

        // The bare HTTP server, the same
        .executableTarget(
            name: "http-benchmark", dependencies: [hummingbird, logging], path: "Benchmarks/HTTPBenchmark",
            swiftSettings: strict),

        // sql/migrations compiled into the binary
        .executableTarget(name: "EmbedTool", swiftSettings: strict),
        .plugin(name: "EmbedSQL", capability: .buildTool(), dependencies: ["EmbedTool"]),

        .target(
            name: "TestSupport", dependencies: ["AWS", "Curl", "Migrations", "Postgres", "Threads"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "PipelineSupport", dependencies: ["Intake", "Storage"], path: "Tests/PipelineSupport",
            swiftSettings: strict),
        tests("Threads", []),
        tests("Postgres", ["Postgres"]),
        tests("OpenSSL", ["OpenSSL"]),
        tests("AWS", ["AWS"]),
        tests("Zlib", ["Zlib"]),
        tests("Curl", ["Curl", "OpenSSL"]),
        tests("CSV", ["CSV"]),
        tests("Migrations", ["Migrations", "OpenSSL"]),
        tests("Jobs", ["Jobs"]),
        tests("Catalog", ["Catalog", "Migrations"]),
        tests("Storage", ["AWS", "Curl", "Storage"]),
        tests("Intake", ["Intake", "Jobs", "PipelineSupport"]),
        tests("Ingest", ["AWS", "Catalog", "Curl", "Ingest", "Jobs", "OpenSSL", "PipelineSupport", "Upkeep"]),
        tests("Enrichment", ["Curl", "Enrichment", "OpenSSL", "PipelineSupport"]),
        tests("Relay", ["AWS", "Curl", "OpenSSL", "PipelineSupport", "Relay"]),
        tests("Upkeep", ["Jobs", "Postgres", "Storage", "Upkeep", logging]),
        tests("API", ["API", "Curl", "OpenSSL"]),
        tests("CatalogCLI", ["API", "AWS", "CatalogCLI", "Jobs"]),
        tests("Statement", ["API", "Enrichment", "Jobs", "Postgres"]),
        tests("EndToEnd", ["AWS", "Curl", "OpenSSL"]),
    ]
)

// swift-tools-version: 6.2
import PackageDescription

/// Of every target: the rules of the language that comes next are kept today.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

/// A library of this package: its folder is `Sources/<name>`.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of the module of the same name, with the shared test support.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: strict)
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let tracing = Target.Dependency.product(name: "Tracing", package: "swift-distributed-tracing")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "catalog",
    products: [.executable(name: "catalog", targets: ["CatalogCLI"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Without its traits: none of its parts is configured by files, and swift-configuration would be compiled for nothing.
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        // What Hummingbird's own interface is made of
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        // C libraries of the system
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CLibdeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CLibzstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CPthread"),
        .target(name: "CSIMD"),

        // Modules, in the order of the graph in docs/internals/architecture.md
        library("Threads", ["CPthread"]),
        library("Postgres", ["CLibpq", "Text", "Threads"]),
        library("OpenSSL", ["COpenSSL"]),
        library("Zlib", ["CZlib"]),
        library("Deflate", ["CLibdeflate"]),
        library("Zstd", ["CLibzstd"]),
        library("Curl", ["CLibcurl", "Threads", tracing]),
        library("CSV", ["CSIMD"]),
        library("Text"),
        library("Telemetry", ["Text", "Threads", metrics]),
        library("Traces", ["Curl", "Text", "Threads", lifecycle, logging, tracing]),
        library("AWS", ["Curl", "OpenSSL", "Text", "Threads"]),
        // Its folder holds a link to sql/migrations, because SwiftPM plans again only when a target's own folder changes.
        .target(
            name: "Migrations", dependencies: ["OpenSSL", "Postgres", "Text", "Threads"], exclude: ["sql"],
            swiftSettings: strict,
            plugins: ["EmbedSQL"]),
        library("Jobs", ["Postgres", "Threads", lifecycle, logging, tracing]),
        library("Catalog", ["OpenSSL", "Postgres", "Text", "Threads"]),
        library("Storage", ["AWS", "OpenSSL", "Text", "Threads"]),
        library("Tabular", ["CSIMD", "CSV", "OpenSSL", "Storage", "Text", "Zlib"]),
        library(
            "Intake",
            ["AWS", "Jobs", "Postgres", "Storage", "Telemetry", "Text", "Threads", lifecycle, logging]),
        library(
            "Ingest",
            [
                "AWS", "Catalog", "CSV", "Curl", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Tabular",
                "Telemetry", "Text", "Threads", logging,
            ]),
        library(
            "Enrichment",
            [
                "Catalog", "CSV", "Curl", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Tabular", "Telemetry",
                "Text", "Threads", "Zlib", logging,
            ]),
        library(
            "Relay",
            [
                "AWS", "Deflate", "Intake", "Jobs", "OpenSSL", "Postgres", "Storage", "Telemetry", "Threads", "Zlib",
                "Zstd", logging,
            ]),
        library("Upkeep", ["Jobs", "OpenSSL", "Postgres", "Storage", "Text", "Zlib", logging]),
        library("HTML"),
        library(
            "API",
            [
                "Catalog", "Curl", "Enrichment", "Ingest", "Intake", "Jobs", "OpenSSL", "Postgres", "Relay", "Storage",
                "Tabular", "Telemetry", "Text", "Threads", httpTypes, hummingbird, hummingbirdCore, lifecycle, logging,
                metrics, nio, tracing,
            ]),
        .target(
            name: "Portal",
            dependencies: [
                "API", "Catalog", "Enrichment", "HTML", "Ingest", "Intake", "Jobs", "Migrations", "OpenSSL", "Postgres",
                "Relay", "Storage", "Tabular", "Upkeep", "Zlib", httpTypes, hummingbird, nio,
            ], exclude: ["Assets"], swiftSettings: strict, plugins: ["EmbedAssets"]),
        .executableTarget(
            name: "CatalogCLI",
            dependencies: [
                "API", "AWS", "Catalog", "Curl", "Enrichment", "Ingest", "Intake", "Jobs", "Migrations", "Portal",
                "Postgres", "Relay", "Storage", "Tabular", "Telemetry", "Text", "Threads", "Traces", "Upkeep",
                arguments, lifecycle, logging, metrics, signals, tracing,
            ],
            // What is slow to run is in the modules above: this one reads arguments, puts parts together and prints, and would take a tenth
            // of a release build to optimize.
            swiftSettings: strict + [.unsafeFlags(["-Onone"], .when(configuration: .release))],
            plugins: ["EmbedCommit"]),

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
        // the files that pages load
        .plugin(name: "EmbedAssets", capability: .buildTool(), dependencies: ["EmbedTool"]),
        // the commit as well
        .plugin(name: "EmbedCommit", capability: .buildTool(), dependencies: ["EmbedTool"]),

        .target(
            name: "TestSupport", dependencies: ["AWS", "Curl", "Migrations", "Postgres", "Threads"],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "PipelineSupport", dependencies: ["Intake", "Storage"], path: "Tests/PipelineSupport",
            swiftSettings: strict),
        tests("Threads", ["TestSupport", "Threads"]),
        tests("Postgres", ["Postgres", "TestSupport", "Threads"]),
        tests("OpenSSL", ["OpenSSL", "TestSupport"]),
        tests("AWS", ["AWS", "Curl", "TestSupport", "Threads"]),
        tests("Text", ["Text"]),
        tests("Telemetry", ["Telemetry", metrics]),
        tests("Traces", ["TestSupport", "Traces", logging, tracing]),
        tests("Zlib", ["Zlib"]),
        tests("Deflate", ["Deflate", "TestSupport"]),
        tests("Zstd", ["TestSupport", "Zstd"]),
        tests("Curl", ["Curl", "OpenSSL", "TestSupport", "Threads"]),
        tests("CSV", ["CSIMD", "CSV", "TestSupport"]),
        tests("Migrations", ["Migrations", "OpenSSL", "Postgres", "TestSupport"]),
        tests("Jobs", ["Jobs", "Postgres", "TestSupport", "Threads", logging]),
        tests("Catalog", ["Catalog", "Migrations", "Postgres", "TestSupport", "Text"]),
        tests("Tabular", ["CSV", "Storage", "Tabular", "TestSupport"]),
        tests("Storage", ["AWS", "Curl", "Storage", "TestSupport", "Threads"]),
        tests("Intake", ["Intake", "Postgres", "TestSupport"]),
        tests(
            "Ingest",
            [
                "AWS", "CSV", "Catalog", "Curl", "Ingest", "Intake", "Jobs", "Migrations", "PipelineSupport",
                "Postgres",
                "Storage", "Tabular", "TestSupport", "Text", "Threads", "Upkeep", logging,
            ]),
        tests(
            "Enrichment",
            [
                "Curl", "Enrichment", "Intake", "Jobs", "OpenSSL", "PipelineSupport", "Postgres", "Storage", "Tabular",
                "TestSupport", "Text", "Threads", logging,
            ]),
        tests(
            "Relay",
            [
                "AWS", "Curl", "Deflate", "Intake", "Jobs", "OpenSSL", "PipelineSupport", "Postgres", "Relay",
                "Storage",
                "TestSupport", "Threads", "Zstd", logging,
            ]),
        tests("Upkeep", ["Jobs", "Postgres", "Storage", "TestSupport", "Threads", "Upkeep", logging]),
        tests(
            "API",
            [
                "API", "Catalog", "Curl", "Enrichment", "OpenSSL", "Postgres", "TestSupport", "Text", "Threads",
                httpTypes, hummingbird, logging, nio,
            ]),
        tests(
            "CatalogCLI",
            [
                "API", "AWS", "Catalog", "CatalogCLI", "Curl", "Ingest", "Jobs", "Postgres", "Relay", "Telemetry",
                "TestSupport",
                arguments, lifecycle, logging, metrics,
            ]),
        tests("HTML", ["HTML"]),
        tests(
            "Portal",
            [
                "API", "Catalog", "Enrichment", "HTML", "Jobs", "Portal", "Postgres", "Relay", "TestSupport", "Threads",
                httpTypes, hummingbird, nio,
            ]),
        tests("Statement", ["API", "Enrichment", "Jobs", "Postgres", "TestSupport"]),
        tests("EndToEnd", ["AWS", "Curl", "OpenSSL", "Postgres", "Tabular", "TestSupport", "Threads"]),
    ]
)

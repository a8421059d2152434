// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because everything in it is built for libFuzzer. Its sources are links to those of the service: whole
// modules, and of the modules that need a server the files that read what others send.
let fuzzed: [SwiftSetting] = [
    // What is internal to a module is seen by the targets in a release build, too: it tries ten times as many inputs.
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-sanitize=fuzzer,address", "-gline-tables-only", "-enable-testing"]),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: fuzzed)
}

let package = Package(
    name: "fuzz",
    dependencies: [.package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0")],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CPthread"),
        .target(name: "CSIMD"),
        .target(name: "CFuzz"),
        library("Threads", ["CPthread"]),
        library("Postgres", ["CLibpq", "Text", "Threads"]),
        library("OpenSSL", ["COpenSSL"]),
        library("Zlib", ["CZlib"]),
        library(
            "Curl", ["CLibcurl", "Threads", .product(name: "Tracing", package: "swift-distributed-tracing")]),
        library("CSV", ["CSIMD"]),
        library("Text"),
        library("AWS", ["Curl", "OpenSSL", "Text", "Threads"]),
        library("Catalog", ["OpenSSL", "Postgres", "Text", "Threads"]),
        library("Storage", ["AWS", "OpenSSL", "Text", "Threads"]),
        library("Tabular", ["CSIMD", "CSV", "OpenSSL", "Storage", "Text", "Zlib"]),
        library("Intake"),
        library("Ingest", ["Catalog", "CSV", "Tabular", "Text"]),
        library("Enrichment", ["Curl", "OpenSSL", "Postgres", "Tabular", "Text"]),
        library("API"),
        library("TestSupport"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "API", "AWS", "CFuzz", "CSV", "Catalog", "Enrichment", "Ingest", "Intake", "OpenSSL", "Storage",
                "Tabular",
                "TestSupport", "Text", "Zlib",
            ],
            swiftSettings: fuzzed,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ])

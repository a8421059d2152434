// swift-tools-version: 6.2
import PackageDescription

// A package of its own, because everything in it is built for libFuzzer. Its sources are links to those of the service.
let fuzzed: [SwiftSetting] = [.swiftLanguageMode(.v6), .unsafeFlags(["-sanitize=fuzzer,address"])]

let package = Package(
    name: "fuzz",
    targets: [
        .target(name: "CFuzz"),
        .target(name: "CSIMD"),
        .target(name: "CSV", dependencies: ["CSIMD"], swiftSettings: fuzzed),
        .executableTarget(
            name: "FuzzCSV", dependencies: ["CFuzz", "CSV"], swiftSettings: fuzzed,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address", "-use-ld=lld"])]),
    ])

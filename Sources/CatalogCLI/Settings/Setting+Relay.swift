import Relay

/// What the relay reads.
extension Setting {
    static let relayTarget = Setting(
        "CATALOG_RELAY_TARGET",
        meaning: """
            where archives go: `s3://BUCKET?endpoint=…` with any of `region`, `secret`, `ca`, `insecure`, `storageClass`, `encryption`, `kmsKey`, \
            `tag` and `bandwidth`, or `file:DIRECTORY`; without it a worker leaves the relay to others
            """, example: "s3://archive?endpoint=https://minio:9000")
    static let relayNamedTarget = Setting(
        "CATALOG_RELAY_TARGET_<NAME>",
        meaning: """
            where archives of routes with `--target name` go, written the same way. `NAME` is the name in capital letters, `_` for `-`; its keys \
            are `CATALOG_RELAY_ACCESS_KEY_ID_<NAME>` and `CATALOG_RELAY_SECRET_ACCESS_KEY_<NAME>`, its queue is `relay_name`
            """, example: "s3://cold?region=eu-central-1")
    static let relayAccessKeyID = Setting(
        "CATALOG_RELAY_ACCESS_KEY_ID", fallback: "the service's own",
        meaning: "key of the target, if its URL names no secret",
        example: "AKIAIOSFODNN7EXAMPLE")
    static let relaySecretAccessKey = Setting(
        "CATALOG_RELAY_SECRET_ACCESS_KEY", fallback: "the service's own", meaning: "the secret of that key",
        example: "wJalrXUtnFEMI…")
    static let relayWindowSeconds = Setting(
        "CATALOG_RELAY_WINDOW_SECONDS", .seconds(10...3600), fallback: seconds(defaults.relay.settings.window),
        meaning: "length of a window; the same for all processes", example: "300")
    static let relayArchiveBytes = Setting(
        "CATALOG_RELAY_ARCHIVE_BYTES", .whole(1 << 20...5 << 30), fallback: "\(defaults.relay.settings.archiveBytes)",
        meaning: "largest archive; one object alone may exceed it", example: "16777216")
    static let relayCompression = Setting(
        "CATALOG_RELAY_COMPRESSION", .words(ArchiveCompression.allCases.map(\.rawValue)), fallback: "`default`",
        meaning: """
            how much work archives are worth: `fast` makes them a tenth larger in half to two thirds of the time, `small` a twentieth smaller \
            in ten to sixteen times as long; `zstd` makes `.tar.zst`, for targets that want it
            """,
        example: "small")
    static let relaySlowestBytes = Setting(
        "CATALOG_RELAY_SLOWEST_BYTES", .whole(1000...1_000_000_000), fallback: "\(RelayOptions.slowest)",
        meaning:
            "bytes that the target takes in a second at least: by them and the size of an archive it is known how long its answer may take",
        example: "1000000")
    static let relayReadBack = Setting(
        "CATALOG_RELAY_READ_BACK", .switched, fallback: "`off`",
        meaning: "`on`: every archive is read back whole after it was delivered", example: "on")
    static let relayAgeSeconds = Setting(
        "CATALOG_RELAY_AGE_SECONDS", .seconds(60...604_800), fallback: seconds(defaults.relay.settings.ageBound),
        meaning: "an alert is raised when the oldest window waits longer", example: "300")
    static let relayRetentionDays = Setting(
        "CATALOG_RELAY_RETENTION_DAYS", .whole(4...3650), fallback: "30, as `retention.kept_tables` says",
        meaning: "for how long the rows of members are kept", example: "7")
}

import Tabular

/// What every command reads.
extension Setting {
    static let databaseURL = Setting(
        "CATALOG_DATABASE_URL", fallback: "the embedded PostgreSQL",
        meaning: "libpq URI or `key=value` text; everything in it goes to libpq",
        example: "postgres://onboarding@db:5432/shop")
    static let databaseSecret = Setting(
        "CATALOG_DATABASE_SECRET",
        meaning: """
            id of a secret in Secrets Manager, as RDS writes it: user and password, and maybe host, port and database; the URL \
            gives what it lacks. Kept for an hour, and read again when the database refuses the password.
            """, example: "prod/shop")
    static let databaseAuth = Setting(
        "CATALOG_DATABASE_AUTH", .words(["password", "iam"]), fallback: "`password`",
        meaning: "`iam`: the user of the URL logs in with a token of RDS", example: "iam")
    static let postgresBin = Setting(
        "CATALOG_POSTGRES_BIN", fallback: "found by itself",
        meaning: "folder of the programs of the embedded PostgreSQL",
        example: "/usr/lib/postgresql/17/bin")
    static let store = Setting(
        "CATALOG_STORE", fallback: "`file:.catalog/objects`",
        meaning: "where reports go: `file:DIRECTORY` or `s3://BUCKET`", example: "s3://acme-reports")
    static let enrichOutput = Setting(
        "CATALOG_ENRICH_OUTPUT", fallback: "that of `CATALOG_STORE`",
        meaning: "where enriched files go: `file:DIRECTORY` or `s3://BUCKET`", example: "s3://acme-enriched")
    static let notify = Setting(
        "CATALOG_NOTIFY", fallback: "`file:.catalog/mail`",
        meaning: "where mails go: `file:DIRECTORY`, `sns:TOPIC_ARN`, `smtp://[USER:PASSWORD@]HOST:PORT` or `smtps://…`",
        example: "smtp://mail:25")
    static let mailFrom = Setting(
        "CATALOG_MAIL_FROM", fallback: "`catalog@localhost`", meaning: "sender of mails; gets the bounces too",
        example: "products@acme.example")
    static let operatorsMail = Setting(
        "CATALOG_OPERATORS_MAIL", fallback: "no mail",
        meaning: """
            address of those who run the service: they get the head of the history once a day, to keep it where the database cannot be \
            written from. With a topic of SNS the mail goes to those of its subscriptions whose filter lets `kind` = `history-head` through.
            """, example: "operators@acme.example")
    static let alerts = Setting(
        "CATALOG_ALERTS", fallback: "mail to `CATALOG_OPERATORS_MAIL`",
        meaning: """
            where alerts go when they are raised, once a day as long as they are true, and when they are over: `sns:TOPIC_ARN` (with the \
            attribute `kind` = `alert`), `smtp://[USER:PASSWORD@]HOST:PORT?to=ADDRESS`, or `webhook:URL`, which gets JSON whose `text` chats show
            """, example: "webhook:https://chat.acme.example/hooks/abc")
    static let maxFileBytes = Setting(
        "CATALOG_MAX_FILE_BYTES", .whole(1...FileLimits.mostFileBytes), fallback: "\(defaults.limits.maximumFileBytes)",
        meaning: "largest file, as it arrives and after decompression", example: "10485760")
    /// Row numbers are 32-bit integers in the database.
    static let maxRows = Setting(
        "CATALOG_MAX_ROWS", .whole(1...Int(Int32.max / 2)), fallback: "\(defaults.limits.maximumRows)",
        meaning: "maximum number of data rows in a file", example: "50000")
}

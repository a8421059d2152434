import API
import Foundation
import Ingest
import Tabular
import Upkeep

/// The environment, read once: `CATALOG_*` as documented in `docs/reference/settings.md`. The AWS SDKs' own variables are read elsewhere.
struct Settings: Sendable {
    /// Names the folder of the embedded database's programs, where they are not found by themselves.
    static let serverProgramsVariable = "CATALOG_POSTGRES_BIN"

    var database: DatabaseSettings
    /// Folder of the embedded database, of local objects and of local mail.
    var base: URL
    var store: any StoreSetting
    /// Where enriched files go; nil for the store of reports.
    var enrichmentOutput: (any StoreSetting)?
    var notifier: any NotifierSetting
    var sender = MailSender()
    /// Address of those who run the service.
    var operators: String?
    var alerts: AlertSetting?
    var limits = FileLimits()
    var service: ServiceSettings
    var relay: RelayOptions
    var enrichment: EnrichmentSettings
    var retention: RetentionSettings
    /// Days for which each pipeline remembers the objects that arrived.
    var arrivalDays: [String: Int]

    init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        directory: String = FileManager.default.currentDirectoryPath
    ) throws {
        let variables = try Variables(environment)
        base = URL(fileURLWithPath: directory).appendingPathComponent(".catalog")
        database = try DatabaseSettings(variables)
        store = try variables.store("CATALOG_STORE") ?? FolderStoreSetting(root: base.appendingPathComponent("objects"))
        enrichmentOutput = try variables.store("CATALOG_ENRICH_OUTPUT")
        let namedNotifier = try variables.notifier("CATALOG_NOTIFY")
        notifier = namedNotifier ?? FolderNotifierSetting(root: base.appendingPathComponent("mail"))
        if let address = variables["CATALOG_MAIL_FROM"] { sender.address = address }
        operators = try variables.address("CATALOG_OPERATORS_MAIL")
        alerts = try AlertSetting(variables, notifier: notifier, operators: operators)
        limits = try FileLimits(variables)
        service = try ServiceSettings(variables)
        service.http.maximumFileBytes = limits.maximumFileBytes
        // A topic's subscribers may be anybody, and a folder that nobody chose is read by nobody.
        service.http.mailsLinks = namedNotifier != nil && notifier.topic == nil && service.publicURL != nil
        relay = try RelayOptions(variables)
        enrichment = try EnrichmentSettings(variables)
        retention = try RetentionSettings(variables)
        arrivalDays = try variables.arrivalDays("CATALOG_RETENTION_ARRIVALS_DAYS")
    }

    var isEmbedded: Bool {
        if case .embedded = database { true } else { false }
    }
}

extension FileLimits {
    fileprivate init(_ variables: Variables) throws {
        self.init()
        if let bytes = try variables.whole("CATALOG_MAX_FILE_BYTES", in: 1...FileLimits.mostFileBytes) {
            maximumFileBytes = bytes
        }
        // Row numbers are 32-bit integers in the database.
        if let rows = try variables.whole("CATALOG_MAX_ROWS", in: 1...Int(Int32.max / 2)) { maximumRows = rows }
    }
}

/// The texts of the pages for operators and auditors.
extension Texts {
    static let operations = "Operations"
    static let audit = "Audit"
    static let overview = "Overview"
    static let jobs = "Jobs"
    static let vendors = "Vendors"
    static let categories = "Categories"
    static let routes = "Routes"
    static let relay = "Relay"
    static let enrichment = "Enrichment"
    static let catalogue = "Catalogue"
    static let whoDidWhat = "Who did what"
    static let sections = "Sections"
    static let none = "–"
    static let all = "All"
    static let show = "Show"
    static let next = "Next page"
    static let first = "First page"
    static let kind = "Kind"
    static let status = "Status"
    static let why = "Why"

    // MARK: Overview

    static let queues = "Queues"
    static let queue = "Queue"
    static let dead = "Failed"
    static let ready = "Ready"
    static let running = "Running"
    static let later = "Later"
    static let oldest = "Oldest waits"
    static let throughput = "Done, 3 hours"
    static let pause = "Pause"
    static let resume = "Resume"
    static let paused = "paused"
    static let noJobs = "No queue has jobs."
    static let alerts = "Alerts"
    static let noAlerts = "No alert is raised."
    static let processes = "Processes"
    static let binaryVersion = "Version"
    static let host = "Host"
    static let roles = "Roles"
    static let schema = "Schema"
    static let noProcess = "No process has registered."
    static let vacuum = "Vacuum"
    static let vacuumIsFree = "Nothing holds vacuum back."

    static func heldBy(pid: Int, _ what: String, seconds: Double) -> String {
        "Process \(pid) (\(what)) holds vacuum back since \(duration(seconds))."
    }
    static func heldBy(prepared name: String, seconds: Double) -> String {
        "The prepared transaction \(name) holds vacuum back since \(duration(seconds)): commit it or roll it back."
    }
    static func heldBy(slot name: String, transactions: Int) -> String {
        "The replication slot \(name) holds back \(count(transactions, "transaction"))."
    }
    static func deadTuples(_ count: Int, _ bytes: Int) -> String {
        "\(Figures.grouped(count)) dead tuples in \(Figures.bytes(bytes)) of jobs."
    }
    static func hidden(_ sessions: Int) -> String {
        "\(count(sessions, "session")) cannot be seen: grant pg_read_all_stats to see who holds vacuum back."
    }
    static func duration(_ seconds: Double) -> String {
        let seconds = Int(seconds)
        return seconds < 120
            ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(Figures.grouped(seconds / 3600)) h"
    }
    static func done(_ number: Int) -> String { "\(Figures.grouped(number)) done within 3 hours" }

    // MARK: Jobs

    static let job = "Job"
    static let attempt = "Attempt"
    static let lastError = "Last error"
    static let errorContains = "Error contains"
    static let payload = "Payload"
    static let failures = "Failures"
    static let noFailure = "It has not failed."
    static let noSuchJobs = "No job matches."
    static let discard = "Discard"
    static let retryMatching = "Retry all that match"
    static let discardMatching = "Discard all that match"
    static let worker = "Worker"
    static let runsAt = "Runs at"
    static let created = "Created"
    static let serialKey = "One at a time for"
    static let keep = "Change nothing"
    static let discardLead = "They are removed for good. What they were to do is not done."
    static let retryLead = "Workers take them again, with attempts for another whole round."

    static func confirm(_ action: String, _ number: Int) -> String {
        "\(action == "retry" ? "Retry" : "Discard") \(count(number, "failed job"))?"
    }
    static func didRetry(_ number: Int) -> String {
        "\(count(number, "job")) \(number == 1 ? "is" : "are") ready again."
    }
    static func didDiscard(_ number: Int) -> String {
        "\(count(number, "job")) \(number == 1 ? "was" : "were") discarded."
    }
    static func name(ofJobState state: String) -> String {
        switch state {
        case "ready": "Ready"
        case "parked": "Waits for another"
        case "running": "Running"
        default: "Failed"
        }
    }

    // MARK: Vendors, categories, routes

    static let uploadsColumn = "Uploads"
    static let failedUploads = "Failed"
    static let rejectedRowsColumn = "Rejected rows"
    static let weeks = "Good rows by week"
    static let noVendors = "There are no vendors."
    static let triedNames = "Names that vendors tried"
    static let triedLead =
        "Of the newest uploads of the last 30 days: names that are not approved, the most rows first."
    static let noTriedNames = "No upload of the last 30 days was rejected for a category."
    static let approve = "Approve"
    static let failedByIt = "Uploads with rows that were rejected for this name"
    static let isApprovedNow = "This category is approved. Uploads that failed can be tried again with the same file."
    static let isNotApproved = "This category is not approved."
    static let noFailedUploads = "No upload of the last 30 days was rejected for this name."
    static let bucket = "Bucket"
    static let prefix = "Prefix"
    static let pipeline = "Pipeline"
    static let arrived = "Arrived, 1 day"
    static let ignored = "Ignored"
    static let newestArrival = "Newest"
    static let noRoutes = "There are no routes: catalog route add makes one."

    static func weekShare(_ share: Double?) -> String { share.map { "\(Int($0)) %" } ?? "nothing came" }

    // MARK: Relay and enrichment

    static let day = "Day (UTC)"
    static let noWindows = "No window opened on this day."
    static let windows = "Windows"
    static let windowStates = ["open", "sealed", "packing", "delivered", "verified", "lost"]
    static let requests = "Requests"
    static let providers = "Providers"
    static let provider = "Provider"
    static let rates = "Limits"
    static let credits = "Credits"
    static let circuit = "Circuit"
    static let callsColumn = "Calls, 1 hour"
    static let batches = "Batches"
    static let records = "Records"
    static let noRequests = "Nothing was asked for yet."
    static let noProviders = "There are no providers: catalog provider add makes one."

    static func windowsOfDay(_ number: Int, _ objects: Int) -> String {
        "\(count(number, "window")), \(count(objects, "object"))"
    }
    static func name(ofWindow state: String) -> String {
        switch state {
        case "open": "Open"
        case "sealed": "Waiting"
        case "packing": "Packing"
        case "delivered": "Delivered"
        case "verified": "Verified"
        default: "Lost"
        }
    }

    // MARK: Audit

    static let moment = "Moment (UTC)"
    static let compareWith = "Compare with"
    static let minutesBack = "Minutes before"
    static let nameColumn = "Name"
    static let noPastProducts = "No product existed at this moment."
    static let noDifference = "Nothing differs between the two moments."
    static let change = "Change"
    static let who = "Who"
    static let what = "What"
    static let object = "About"
    static let at = "At"
    static let rowOfFile = "File, line"
    static let byHand = "by hand"
    static let noVersions = "Nothing is known of such a product."
    static let noActions = "Nothing was done."
    static let endedWhenBy = "Until, by"
    static let stillThere = "now"
    static let needsMoment = "a moment is written as 2026-03-01T12:00:00Z"

    static func catalogue(at moment: String) -> String { "The catalogue at \(moment.prefix(19)) UTC" }
    static func differences(_ first: String, _ second: String) -> String {
        "From \(first.prefix(19)) to \(second.prefix(19)) UTC"
    }
    static func name(ofDifference kind: String) -> String {
        switch kind {
        case "added": "Added"
        case "removed": "Removed"
        default: "Changed"
        }
    }
}

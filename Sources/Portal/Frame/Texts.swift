import Catalog
import Foundation

/// Every text of the pages, in English. What a file or a person wrote is not among them.
enum Texts {
    static let product = "Catalog"
    static let skip = "Skip to content"
    static let mainNavigation = "Main"
    static let uploads = "Uploads"
    static let signOut = "Sign out"
    static let signIn = "Sign in"
    static let toUploads = "Back to the uploads"
    static let back = "Back"
    static let notNow = "That cannot be done now"
    static let formWasSent = "This form was sent before"
    static let formWasSentHint = "It was sent with something else in it. Open its page again, and send it from there."
    static let noSuchPage = "There is no such page."

    /// What says for programs what was wrong, for people.
    static func sentence(_ detail: String) -> String {
        detail.prefix(1).uppercased() + detail.dropFirst() + (detail.hasSuffix(".") ? "" : ".")
    }
    static let token = "Token"
    static let tokenHint = "It begins with cat_ and was shown when it was made."
    static let signInLead = "Use the token that you were given."
    static let signInFailed = "This token is unknown, revoked or expired. Check that it was copied whole."

    static func name(of role: AccessRole) -> String {
        switch role {
        case .vendor: "Vendor"
        case .operator: "Operator"
        case .auditor: "Auditor"
        }
    }

    static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(Figures.grouped(number)) \(number == 1 ? one : many ?? one + "s")"
    }

    // MARK: Uploading

    static let dropTitle = "Drop a product file here"
    static let dropHint = "or choose one: CSV, Excel (.xlsx), JSON lines; also compressed"
    static let chooseFile = "Product file"
    static let upload = "Upload"
    static let checkOnly = "Check only"
    static let loadChecked = "Load it now"
    static let vendor = "Vendor"
    static let knownProducts = "Products that you already have"
    static let modes: [(mode: UploadMode, text: String)] = [
        (.upsert, "Update them, add the others"), (.create, "Report them as errors"),
        (.update, "Update them, add none"),
    ]
    static let noFileYet = "No file yet? Start with a template:"
    static let asCSV = "CSV"
    static let asWorkbook = "Excel"

    // MARK: Uploads

    static let waiting = "To correct"
    static let allUploads = "All uploads"
    static let noUploads = "Nothing was uploaded yet."
    static let file = "File"
    static let state = "State"
    static let uploadedAt = "Uploaded"
    static let older = "Older uploads"
    static let newest = "Newest uploads"
    static let checkedOnly = "checked only"

    static func name(of status: UploadState) -> String {
        switch status {
        case .queued: "Waiting"
        case .processing: "In progress"
        case .completed: "Loaded"
        case .partial: "Partly loaded"
        case .failed: "Not loaded"
        case .reverted: "Undone"
        case .checked: "Checked"
        }
    }

    static func name(of phase: String) -> String {
        switch phase {
        case "reading": "Reading the file"
        case "checking": "Checking rows"
        case "loading": "Loading products"
        default: "Writing the report"
        }
    }

    static func loaded(_ valid: Int, of total: Int) -> String {
        "\(Figures.grouped(valid)) of \(count(total, "row"))"
    }

    static func toCorrect(_ rows: Int) -> String { "\(Figures.grouped(rows)) to correct" }
    static func corrected(_ rows: Int) -> String { "\(Figures.grouped(rows)) corrected" }

    // MARK: One upload

    static let waitsForWorker = "Your file has arrived and waits for its turn."
    static let inProgress = "Your file is being checked and loaded. You can leave this page: the work goes on."
    static let undone = "This upload was undone: what it had changed is as before."
    static let onlyChecked = "Nothing was loaded, because the file was only checked."
    static let whatToFix = "What to correct"
    static let fixHereLead = "Correct the others here, and send them again."
    static let fixInFile = "Correct the others in the file of rejected rows, and upload it."
    static let fixWholeFile =
        "This file is loaded whole or not at all: correct these rows in it, and upload all of it again."
    static let fixUndone =
        "Nothing of this file is loaded any more: correct these rows in it, and upload all of it again."

    static func whatToDo(_ upload: UploadLine, canFix: Bool) -> String {
        if upload.isRefusedWhole { return fixWholeFile }
        if upload.state == .reverted { return fixUndone }
        let good =
            (upload.valid ?? 0) == 0
            ? "No row is without a mistake."
            : upload.isDryRun
                ? "Rows without a mistake can be loaded as they are."
                : "Rows without a mistake are loaded."
        return "\(good) \(canFix ? fixHereLead : fixInFile)"
    }
    static let fixHere = "Correct the rows"
    static let corrects = "Corrects"
    static func use(_ value: String, in rows: Int) -> String { "Use '\(value)' in \(count(rows, "row"))" }
    static let column = "Column"
    static let value = "Value"
    static let problem = "Problem"
    static let rows = "Rows"
    static let firstRow = "First row"
    static let history = "What happened"
    static let files = "Files"
    static let errorReport = "Error report (CSV)"
    static let rejectedRows = "Rejected rows, to correct and upload again"
    static let actions = "Actions"
    static let undo = "Undo this upload"
    static let retry = "Try again"
    static let cancel = "Cancel"
    static let facts = "Facts"
    static let uploadID = "Upload ID"
    static let size = "Size"
    static let mode = "Mode"
    static let mapping = "Mapping"

    static func moreGroups(_ number: Int) -> String { "\(number) more" }
    static func groupsLeftOut(_ number: Int) -> String {
        "The \(number) most frequent problems are shown; the report has all."
    }

    static func allLoaded(_ upload: UploadLine) -> String {
        let words = [
            part(upload.created, "new product"), part(upload.updated, "changed product"),
            upload.unchanged.flatMap { $0 > 0 ? "\(Figures.grouped($0)) unchanged" : nil },
            part(upload.deactivated, "product", "taken off the list"),
        ].compactMap(\.self)
        return words.isEmpty ? "" : words.joined(separator: ", ")
    }

    private static func part(_ number: Int?, _ noun: String, _ what: String? = nil) -> String? {
        guard let number, number > 0 else { return nil }
        return count(number, noun) + (what.map { " " + $0 } ?? "")
    }

    static func finished(_ upload: UploadLine) -> String {
        let (total, errors) = (upload.total ?? 0, upload.errors ?? 0)
        let toDo = correction(upload)
        let all = total == 1 ? "The row" : "All \(count(total, "row"))"
        if upload.isDryRun {
            return errors == 0
                ? "\(all) \(total == 1 ? "is" : "are") good. \(onlyChecked)"
                : "\(count(errors, "row")) of \(Figures.grouped(total)) \(toDo) \(onlyChecked)"
        }
        let what = allLoaded(upload)
        let details = what.isEmpty ? "." : ": \(what)."
        if errors == 0 { return "\(all) \(total == 1 ? "was" : "were") loaded\(details)" }
        return
            "\(loaded(upload.valid ?? 0, of: total)) \(total == 1 ? "was" : "were") loaded\(details) "
            + "\(count(errors, "row")) \(toDo)"
    }

    /// What the rejected rows of an upload need, or needed.
    private static func correction(_ upload: UploadLine) -> String {
        let errors = upload.errors ?? 0
        guard upload.sent > 0 else { return errors == 1 ? "needs correction." : "need correction." }
        guard upload.toCorrect > 0 else { return "needed correction and \(errors == 1 ? "was" : "were") sent again." }
        return
            "needed correction: \(Figures.grouped(upload.sent)) sent again, \(Figures.grouped(upload.toCorrect)) left."
    }

    static func failed(_ message: String) -> String {
        "Nothing was loaded: \(message)\(message.hasSuffix(".") ? "" : ".")"
    }

    static func ofRevert(_ upload: UploadLine) -> String { "An earlier upload was undone." }

    // MARK: Products

    static let products = "Products"
    static let searchProducts = "Name or brand"
    static let search = "Search"
    static let noProducts = "There is no product yet."
    static let nothingFound = "Nothing was found."
    static let moreProducts = "More products"
    static let category = "Category"
    static let sku = "SKU"
    static let stock = "Stock"
    static let inactive = "Inactive"
    static let priceOverTime = "Price over time"
    static let attributes = "Attributes"
    static let versions = "Versions"
    static let since = "Since"
    static let madeBy = "By upload"
    static let endedBy = "Ended by"
    static func end(_ kind: String) -> String { kind.prefix(1).uppercased() + kind.dropFirst() }
    static func priceRange(_ lowest: Double, _ highest: Double) -> String {
        let words = [lowest, highest].map { String(format: "%.2f", $0) }
        return lowest == highest ? "Always \(words[0])" : "From \(words[0]) to \(words[1])"
    }

    // MARK: Mappings and tokens

    static let mappings = "Mappings"
    static let mappingsLead =
        "A mapping says which of your columns becomes which of ours. A file whose columns were mapped before is read with the same one."
    static let noMappings = "No mapping is kept. Files with our columns need none."
    static let version = "Version"
    static let remove = "Remove"
    static let tokens = "Tokens"
    static let tokenMade = "Copy the token now: it is not shown again."
    static let whatFor = "What for"
    static let days = "Days"
    static let makeToken = "Make a token"
    static let expires = "Expires"
    static let lastUsed = "Last used"
    static let revoke = "Revoke"
    static let revoked = "Revoked"

    // MARK: Correcting

    static let fixTitle = "Correct the rejected rows"
    static let sendCorrected = "Send the corrected rows"
    static let nothingToFix = "There is no row left to correct."
    static let gridHint =
        "Arrow keys and Enter move, cells copied from a spreadsheet can be pasted. What you change is checked at once and kept."
    static let saveAndCheck = "Save and check"
    static let firstRows = "First rows"
    static let moreRows = "More rows"
    static let goToRow = "Go to row"
    static let findAndReplace = "Find and replace"
    static let findWhole = "Cells that are exactly"
    static let replaceBy = "Replace by"
    static let replaceInAll = "Replace in all rows"
    static let row = "Row"
    static let rowIsGood = "This row is good now."
    static func cell(_ column: String, row: Int) -> String { "\(column), row \(row)" }
    static func corrected(_ changed: Int, of all: Int) -> String {
        "\(Figures.grouped(changed)) of \(count(all, "row")) changed. Rows that you do not change are not sent."
    }

    // MARK: Undoing

    static let undoTitle = "Undo this upload?"
    static let undoLead = "Products go back to what they were before. Products that changed since stay as they are."
    static let undoOfUndoLead =
        "This upload undid another one. What it changed is changed back; products that changed since stay as they are."
    static func willComeBack(_ products: Int) -> String {
        products == 1 ? "that it had removed comes back" : "that it had removed come back"
    }
    static func willChangeBack(_ products: Int) -> String {
        products == 1 ? "gets the values again that it had before" : "get the values again that they had before"
    }
    static let undoNow = "Undo it now"
    static let keepIt = "Keep it"
    static let willBeDeleted = "will be removed"
    static func willBeRestored(_ products: Int) -> String {
        products == 1 ? "gets back its former values" : "get back their former values"
    }
    static func leftAlone(_ products: Int) -> String {
        products == 1 ? "has changed since, and stays" : "have changed since, and stay"
    }
    static let now = "Now"
    static let afterwards = "Afterwards"
    static let productColumn = "Product"
    static let removed = "removed"
    static let price = "Price"
}

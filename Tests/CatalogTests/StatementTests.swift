import Migrations
import Postgres
import TestSupport
import Testing

@testable import Catalog

@Suite struct StatementTests {
    private static let end = UploadEnd(failure: UploadFailure(.emptyFile, "empty"))
    private static let upload = Upload(uploadID: "U", vendorID: "V", fileName: "f.csv", objectKey: "/f.csv")

    private static let mail = PendingNotification(notificationID: 1, uploadID: "U", recipient: nil, attempt: 1)

    /// Every statement of the module, with temporary tables made first where one needs them.
    private static let statements: [Statement] = [
        Vendor.insert(Vendor(vendorID: "V", vendorName: "N", email: "a@b")), Vendor.setStatus("V", .active),
        Vendor.selectAll, Vendor.select("V"), Vendor.selectForUpload("V"),
        Category.insert(["A"]), Category.deactivate("A"), Category.selectAll, Category.selectActive,
        Upload.begin(upload), Upload.queue(upload), Upload.start("U"), Upload.hold("U"), Upload.giveUpOrphans,
        Upload.finish("U", end),
        Upload.recordReport("U", errors: "e", rejected: "r"), Upload.addEvent("U", "started", detail: "{}"),
        Upload.addNotification("U", recipient: nil), Upload.revert("U"), Upload.ensureErrorPartitions,
        Outbox.claim(uploadID: "U", includingLeftovers: true), Outbox.selectForgotten,
        ReportLink.insert(tokenSHA256: "t", uploadID: "U", objectKey: "k"),
        ReportLink.select(tokenSHA256: "t"), ReportLink.deleteExpired, Outbox.giveUp(mail, reason: "r"),
        Outbox.finish(mail), Outbox.fail(1, reason: "r"),
        UploadHistory.select("U"), UploadHistory.selectNewest(vendorID: nil, status: nil, limit: 1),
        UploadHistory.selectErrors("U"), UploadHistory.countErrors("U"), UploadHistory.selectEvents("U"),
        UploadHistory.selectFileFacts("U"), Report.select("U"),
        ProductLoad.useUpload("U"), ProductLoad.selectTaken(vendorID: "V", mode: .upsert),
        ProductLoad.selectContending, ProductLoad.selectOwned(vendorID: "V"),
        ProductLoad.fill(vendorID: "V", absent: [.brand], keepsEmpty: false, key: .vendorProductID),
        ProductLoad.fill(vendorID: "V", absent: [.vendorProductID], keepsEmpty: true, key: .sku),
        ProductLoad.updateChanged(vendorID: "V", activates: false),
        ProductLoad.updateChanged(vendorID: "V", activates: true),
        ProductLoad.deactivateMissing(vendorID: "V", key: .sku),
    ]

    @Test("Every statement fits the migrated schema, with the types of its parameters stated")
    func prepare() async throws {
        let untyped = try await untypedParameters(
            of: Self.statements,
            after: [ProductLoad.createKeys, ProductLoad.createSuspects, ProductLoad.createIncoming])
        #expect(untyped.isEmpty)
    }
}

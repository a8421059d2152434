import Testing

@testable import Catalog
@testable import Ingest

@Suite struct UploadMailTests {
    private func record(
        _ total: Int, _ valid: Int, status: UploadStatus, fileName: String = "VEND001_products.csv",
        failure: UploadFailure? = nil
    ) -> UploadRecord {
        UploadRecord(
            uploadID: "UPLOAD_20241221_103045_7f3a9c", vendorID: "VEND001", fileName: fileName, status: status,
            mode: .create, policy: .loadValid, uploadedAt: "2024-12-21T10:30:45Z", totalRecords: total,
            validRecords: valid, errorRecords: total - valid, failureType: failure?.type.rawValue,
            failureMessage: failure?.message)
    }

    @Test("Subject and body are the contract to the letter")
    func contract() {
        let mail = UploadMail(UploadNotice(upload: record(1000, 950, status: .partial), link: "https://example.com/r"))
        #expect(mail.subject == "Product Upload Complete - VEND001_products.csv (95% Success)")
        #expect(
            mail.body == """
                Upload ID: UPLOAD_20241221_103045_7f3a9c
                File Name: VEND001_products.csv
                Total Products: 1000
                Valid Products: 950 (95%)
                Invalid Products: 50 (5%)

                Status: PARTIAL

                Download Error Report: https://example.com/r
                (Link expires in 7 days)

                """)
    }

    @Test("A report that could not be made is said, and that its link follows")
    func lackingReport() {
        var notice = UploadNotice(upload: record(1000, 950, status: .partial), link: nil)
        notice.lacksReport = true
        let body = UploadMail(notice).body
        #expect(
            body.contains("Status: PARTIAL\n\nError Report: it could not be written yet. Another mail brings the link"))
        #expect(!body.contains("Download"))
    }

    @Test("Without errors there is no link; a refused file says why")
    func variants() {
        #expect(
            UploadMail(UploadNotice(upload: record(3, 3, status: .completed), link: nil)).body.hasSuffix(
                "Status: COMPLETED\n"))
        let failed = UploadMail(
            UploadNotice(
                upload: record(0, 0, status: .failed, failure: .init(.emptyFile, "The file is empty.")), link: nil))
        #expect(failed.body.hasSuffix("Status: FAILED\nReason: EMPTY_FILE: The file is empty.\n"))
    }

    @Test(
        "A rate is rounded down, so that 100% means no error",
        arguments: [
            (1, 3, "33.3%"), (2, 3, "66.6%"), (999_999, 1_000_000, "99.9%"), (10, 10, "100%"), (0, 0, "0%"),
            (19, 20, "95%"),
            (1, 1001, "0%"), (1005, 10_000, "10%"), (1015, 10_000, "10.1%"),
        ])
    func rates(part: Int, total: Int, expected: String) {
        #expect(UploadMail.percent(part, of: total) == expected)
    }
}

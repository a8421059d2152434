import Catalog

extension Shape {
    private static let statuses = ["queued", "processing", "completed", "partial", "failed", "reverted"]

    private static let uploadFields: [Field] = [
        .init("uploadId", .text, "Its id."),
        .init("vendorId", .text, "Whose products they are."),
        .init("fileName", .text, "The vendor's name for the file."),
        .init(
            "status", .choice(statuses), "queued → processing → completed, partial or failed; later perhaps reverted."),
        .init(
            "mode", .choice(UploadMode.allCases.map(\.rawValue)),
            "create: a known product is an error. upsert: it is updated. update: only known products, only the columns of the file."
        ),
        .init(
            "policy", .choice(UploadPolicy.allCases.map(\.rawValue)),
            "Whether good rows of a file with bad ones are loaded."),
        .init(
            "emptyCells", .choice(EmptyCells.allCases.map(\.rawValue)), "What an empty cell does to a known product."),
        .init(
            "missingProducts", .choice(MissingProducts.allCases.map(\.rawValue)),
            "What becomes of products that the file does not name."),
        .init("dryRun", .boolean, "Whether it was only checked."),
        .init(
            "loadableUntil", .timestamp, "Of a dry run that has ended: until when POST …/load loads its file.",
            column:
                "case when keeps_file and coalesce(failure_type, '') not in ('INTERRUPTED', 'CANCELLED') then completed_at + interval '1 hour' end",
            nullable: true),
        .init("checkedUploadId", .text, "The dry run whose file it loads.", nullable: true),
        .init(
            "verdictChange",
            .json(
                schema:
                    #"{"type":"object","properties":{"changed":{"type":"boolean"},"rejectedSince":{"type":"integer"},"acceptedSince":{"type":"integer"}}}"#
            ),
            "Of an upload that loads a checked file, once it has ended: whether it was judged differently than the dry run, and how many rows were rejected only now, or only then.",
            nullable: true),
        .init("totalRecords", .integer, "Data rows.", nullable: true),
        .init("validRecords", .integer, "Rows without errors.", nullable: true),
        .init("errorRecords", .integer, "Rows with errors.", nullable: true),
        .init("createdRecords", .integer, "New products.", nullable: true),
        .init("updatedRecords", .integer, "Changed products.", nullable: true),
        .init("unchangedRecords", .integer, "Products that already had these values.", nullable: true),
        .init(
            "deactivatedRecords", .integer, "Products that became inactive, because the file does not name them.",
            nullable: true),
        .init(
            "warningRecords", .integer, "Rows with a warning; they count as valid or not without it.", nullable: true),
        .init("failureType", .text, "The reason why nothing was loaded, such as MISSING_COLUMN.", nullable: true),
        .init("failureMessage", .text, "The same in words.", nullable: true),
        .init("fileSizeBytes", .integer, "As it arrived.", nullable: true),
        .init("fileSha256", .text, "Of the same bytes.", nullable: true),
        .init(
            "encoding", .text, "In which the file was read; before that, what was said of it.",
            column: "coalesce(file_encoding, encoding)", nullable: true),
        .init(
            "encodingGuessed", .boolean, "Whether nobody said so and it is not UTF-8; null before the file was read.",
            nullable: true),
        .init(
            "mapping", .text, "The vendor's mapping that it was read with; before that, the one that was asked for.",
            column: "mapping_name", nullable: true),
        .init("mappingVersion", .integer, "The version of it; null before the file was read.", nullable: true),
        .init("sheet", .text, "That was named for a workbook.", nullable: true),
        .init("uploadedAt", .timestamp, "When it was announced or arrived.", column: "upload_timestamp"),
        .init("startedAt", .timestamp, "When its work began.", nullable: true),
        .init("completedAt", .timestamp, "When it ended.", nullable: true),
        .init(
            "hasReport", .boolean, "Whether /errors and /rejected give their files.",
            column: "(error_file_s3_key is not null)"),
    ]

    /// An upload in a list.
    static let upload = Shape(name: "Upload", fields: uploadFields)

    /// An upload by itself.
    static let uploadDetail = Shape(
        name: "UploadDetail",
        fields: uploadFields + [
            .init(
                "errorCounts", .json(schema: #"{"type":"object","additionalProperties":{"type":"integer"}}"#),
                "Errors and warnings by type.",
                column:
                    "(case when error_records > 0 or warning_records > 0 then catalog.error_counts(upload_id) else '{}' end)"
            ),
            .init(
                "rules",
                .json(
                    schema:
                        #"{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"version":{"type":"integer"}}}}"#
                ), "The rules of one's own that its rows had to meet.",
                column: """
                    (select coalesce(json_agg(json_build_object('name', r.name, 'version', r.version) order by r.name), '[]')
                     from catalog.rules r where r.rule_id = any (rule_ids))
                    """),
        ])

    /// An error of a row.
    static let uploadError = Shape(
        name: "UploadError",
        fields: [
            .init("rowNumber", .integer, "1 is the first data row."),
            .init("lineNumber", .integer, "Line of the file; the header is usually 1."),
            .init("errorType", .text, "Such as INVALID_PRICE."),
            .init("errorMessage", .text, "What is wrong."),
            .init("field", .text, "Which column.", nullable: true),
            .init("rejectedValue", .text, "The value that was rejected.", nullable: true),
            .init("rule", .text, "Which rule of one's own is broken.", column: "rule_name", nullable: true),
            .init(
                "originalData", .json(schema: #"{"type":"object"}"#), "The row as it was written, by column."),
        ])

    /// A product that a revert left alone.
    static let leftAlone = Shape(
        name: "ProductLeftAlone",
        fields: [
            .init("vendorProductId", .text, "The product."), .init("sku", .text, "Its present SKU."),
            .init("reason", .text, "Why."),
        ])
}

extension Shape {
    /// What POST /uploads answers.
    static let uploadPlace = Shape(
        name: "UploadPlace",
        fields: [
            .init("uploadId", .text, "The id, for GET /uploads/{uploadId}."),
            .init("status", .choice(["queued"]), "It waits for its file, or for a worker."),
            .init("uploadUrl", .text, "Where to PUT the file; null if it came with the request.", nullable: true),
            .init(
                "uploadHeaders", .json(schema: #"{"type":"object","additionalProperties":{"type":"string"}}"#),
                "Headers that the PUT must have."),
            .init(
                "expiresAt", .timestamp, "When the URL expires; null if the file came with the request.", nullable: true
            ),
        ])
}

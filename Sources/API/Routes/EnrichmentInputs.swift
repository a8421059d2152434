import Enrichment

extension EnrichmentRoutes {
    /// Parameters of the query, or members of the JSON beside `contacts`.
    static let inputs = [
        Input(
            "providers", .text(atMost: 1000),
            "Providers to ask, in order, separated by commas; the default is all of them."),
        Input("fields", .text(atMost: 100), "contact, company, new_contact, industry; the default is all of them."),
        Input("format", .choice(OutputFormat.allCases.map(\.rawValue)), "Format of the result; the default is csv."),
        Input("gzip", .boolean, "Whether the result is compressed."),
        Input("minConfidence", .text(atMost: 10), "From 0 to 1: a less certain match does not end the search."),
        Input(
            "require", .text(atMost: 1000),
            "Fields that are not to be missing, separated by commas, such as phone or contact.phone: the next provider is asked for those that the first match lacks."
        ),
        Input("encoding", .text(atMost: 40), "Of the list, by a name that iconv knows; found if it is not given."),
        Input(
            "columns", .text(atMost: 4000),
            "Which column holds which field, as a JSON object: {\"email\": \"E-Mail-Adresse\"}. Others are found by their names."
        ),
        Input(
            "mapping", .text(atMost: 100),
            "A kept mapping of columns (PUT /enrichment/mappings/{name}); what columns says comes before it."),
        Input("confidence", .boolean, "Whether a CSV has a column with the confidence of each group."),
        Input("refresh", .boolean, "true: what is remembered is asked, and paid for, again."),
        Input(
            "limit", .integer(1...1_000_000),
            "A trial: only so many records are read, the first, and are in the result."),
        Input(
            "callbackUrl", .text(atMost: 2000),
            "Told of the end by a signed POST: an https URL. A request with one is never answered by an earlier one."),
        Input("upload", .boolean, "true: the list will be uploaded to uploadUrl."),
    ]
}

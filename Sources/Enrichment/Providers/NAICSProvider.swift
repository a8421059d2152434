import Postgres

/// The industry of a company out of the tables of the Census Bureau: by code, else by the words that describe it, ranked
/// by full-text search. Nobody is called, and nothing is paid.
struct NAICSProvider: Provider {
    private static let inputsPerCall = 100

    let pool: Pool

    let capabilities: Set<Capability> = [.industry]

    func maximumInputs(_ capability: Capability) -> Int { Self.inputsPerCall }

    func fields(_ capability: Capability) -> [String] {
        ["naics_code", "naics_title", "naics_sector", "naics_sector_title"]
    }

    func credits(inputs: Int, matches: Int?) -> Int { 0 }

    func call(_ capability: Capability, _ inputs: [ProviderInput], callID: Int) async throws -> [ProviderAnswer] {
        let codes = inputs.map { $0[.naics] }
        let words = inputs.map { $0.has(.industry) ? $0[.industry] : $0[.company] }
        let matches = try await pool.run { session in
            try session.query(NAICS.classify(codes: codes, words: words)).map { row in
                (place: try row.get("place", as: Int.self), answer: try Self.answer(row))
            }
        }
        var answers = [ProviderAnswer](repeating: .noMatch, count: inputs.count)
        for match in matches { answers[match.place - 1] = match.answer }
        return answers
    }

    private static func answer(_ row: Row) throws -> ProviderAnswer {
        .match(
            fields: [
                "naics_code": try row.get("code"), "naics_title": try row.get("title"),
                "naics_sector": try row.get("sector"), "naics_sector_title": try row.get("sector_title"),
            ], confidence: try row.get("confidence"))
    }
}

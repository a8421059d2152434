import Postgres

/// The industry of a company out of the tables of the Census Bureau: by code, else by the words that describe it. Nobody is called, and
/// nothing is paid.
struct NAICSProvider: ProviderAdapter {
    struct Settings: Sendable, Decodable {
        /// Below which words say too little; 0.6 if it is not said.
        var minConfidence: Double?
    }

    private static let inputsPerCall = 100

    let pool: Pool
    let minimum: Double

    let capabilities: Set<Capability> = [.industry]

    func maximumInputs(_ capability: Capability) -> Int { Self.inputsPerCall }

    func fields(_ capability: Capability) -> [String] {
        ["naics_code", "naics_title", "naics_sector", "naics_sector_title"]
    }

    func credits(inputs: Int, matches: Int?) -> Int { 0 }

    func call(_ capability: Capability, _ inputs: [ProviderInput], _ call: NotedCall) async throws -> [ProviderAnswer] {
        let codes = inputs.map { $0[.naics] }
        let words = inputs.map { $0.has(.industry) ? $0[.industry] : $0[.company] }
        let matches = try await pool.run { session in
            try session.query(NAICS.classify(codes: codes, words: words, minimum: minimum)).map { row in
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

extension NAICSProvider {
    static var kind: String { "naics" }
    static var needsNoSettings: Bool { true }

    static func make(_ row: ProviderRow, _ resources: ProviderResources) throws -> NAICSProvider {
        let settings: Settings = try row.decodedSettings(SettingKeys(["minConfidence"]))
        return NAICSProvider(pool: resources.pool, minimum: settings.minConfidence ?? 0.6)
    }
}

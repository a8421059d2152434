package import Postgres

/// The North American Industry Classification System: `enrichment.naics_*`.
package enum NAICS {
    /// A code and why it was found.
    package struct Match: Sendable, Codable, Equatable {
        package var code: String
        package var title: String
        package var sector: String
        package var sectorTitle: String
        /// Of the words of the question the share that the phrase has, from 0 to 1.
        package var confidence: Double
    }

    /// The best code for each pair of a code and words; the code counts if it is known. Codes of more than six digits and
    /// words around them are common in files: the first 2 to 6 digits count.
    static func classify(codes: [String], words: [String]) -> Statement {
        """
        select asked.place, found.code, found.title, found.sector, s.title as sector_title, found.confidence
        from unnest(\(codes)::text[], \(words)::text[]) with ordinality as asked (code, words, place)
        cross join lateral (
            (select c.code, c.title, c.sector, 1::float8 as confidence, 2 as rank
            from enrichment.naics_codes c where c.code = substring(asked.code from '^[^0-9]*([0-9]{2,6})'))
            union all
            (select code, title, sector, confidence, rank from (\(search(limit: 1))) by_words)
            order by rank desc limit 1
        ) found
        join enrichment.naics_sectors s using (sector)
        """
    }

    /// The best codes for some words.
    static func selectMatches(_ words: String, limit: Int) -> Statement {
        """
        with asked as (select \(words)::text as words)
        select found.code, found.title, found.sector, s.title as sector_title, found.confidence
        from asked cross join lateral (\(search(limit: limit))) found
        join enrichment.naics_sectors s using (sector)
        order by found.rank desc, found.code
        """
    }

    /// Phrases with any of the words of `asked`, those with most of them first; then industries with the words in their title, then
    /// the shorter phrases: one that says nothing else is meant rather than one that mentions it.
    private static func search(limit: Int) -> Statement {
        """
        select code, title, sector, confidence, confidence + in_title / 5 + density / 10 as rank
        from (
            select distinct on (i.code) i.code, c.title, c.sector,
                hits.count::float8 / length(asking.vector) as confidence,
                hits.in_title::float8 / length(asking.vector) as in_title,
                hits.count::float8 / length(i.words) as density
            from (select to_tsvector('english', asked.words) as vector) asking
            cross join lateral (
                select string_agg(quote_literal(lexeme), ' | ')::tsquery as query
                from unnest(tsvector_to_array(asking.vector)) lexeme) question
            join enrichment.naics_index i on i.words @@ question.query
            join enrichment.naics_codes c on c.code = i.code
            cross join lateral (
                select count(*) filter (where i.words @@ word) as count,
                    count(*) filter (where to_tsvector('english', c.title) @@ word) as in_title
                from (select quote_literal(lexeme)::tsquery as word from unnest(tsvector_to_array(asking.vector)) lexeme) w
            ) hits
            order by i.code, confidence desc, density desc
        ) phrases
        order by rank desc, code limit \(limit)::bigint
        """
    }

    /// Of the sectors that are ranges each code begins with one of the numbers between.
    static let insertCodes: Statement = """
        insert into enrichment.naics_codes (code, title, sector)
        select n.code, n.title, s.sector
        from naics_incoming n
        join enrichment.naics_sectors s on left(n.code, 2)::integer
            between split_part(s.sector, '-', 1)::integer and coalesce(nullif(split_part(s.sector, '-', 2), ''), s.sector)::integer
        on conflict (code) do update set title = excluded.title, sector = excluded.sector
        """

    static let insertIndex: Statement = """
        insert into enrichment.naics_index (code, phrase) select code, title from naics_incoming
        on conflict (code, phrase) do nothing
        """

    /// Titles are phrases too: the index does not repeat them.
    static let indexTitles: Statement = """
        insert into enrichment.naics_index (code, phrase)
        select code, title from enrichment.naics_codes where length(code) = 6
        on conflict (code, phrase) do nothing
        """

    static let createIncoming: Statement =
        "create temporary table naics_incoming (code text not null, title text not null) on commit drop"

    static let copyIncoming: Statement = "copy naics_incoming (code, title) from stdin"

    static let dropIncoming: Statement = "drop table naics_incoming"
}

extension Session {
    /// The codes that words mean, best first.
    package func naicsMatches(_ words: String, limit: Int = 10) throws -> [NAICS.Match] {
        try query(NAICS.selectMatches(words, limit: limit)).map { row in
            NAICS.Match(
                code: try row.get("code"), title: try row.get("title"), sector: try row.get("sector"),
                sectorTitle: try row.get("sector_title"), confidence: try row.get("confidence"))
        }
    }
}

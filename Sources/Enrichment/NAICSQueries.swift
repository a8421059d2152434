package import Postgres

/// The North American Industry Classification System: `enrichment.naics_*`.
package enum NAICS {
    /// A code and why it was found.
    package struct Match: Sendable, Codable, Equatable {
        package var code: String
        package var title: String
        package var sector: String
        package var sectorTitle: String
        /// How sure the sector is, from 0 to 1: of those that say 0.9 nine in ten are right.
        package var confidence: Double
    }

    /// The best code for each pair of a code and words; the code counts if it is known. Codes of more than six digits and
    /// words around them are common in files: the first 2 to 6 digits count.
    /// - Parameter minimum: less sure ones are none.
    static func classify(codes: [String], words: [String], minimum: Double) -> Statement {
        """
        select asked.place, found.code, found.title, found.sector, s.title as sector_title, found.confidence
        from unnest(\(codes)::text[], \(words)::text[]) with ordinality as asked (code, words, place)
        cross join lateral (
            (select c.code, c.title, c.sector, 1::float8 as confidence, 2 as rank
            from enrichment.naics_codes c where c.code = substring(asked.code from '^[^0-9]*([0-9]{2,6})'))
            union all
            (select code, title, sector, confidence, confidence as rank from (\(search(limit: 1))) by_words
            where confidence >= \(minimum)::float8)
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
        order by found.confidence desc, found.score desc, found.code
        """
    }

    /// The best codes for the words of `asked`, those of the likeliest sector first.
    ///
    /// Each phrase of the index that has some of the words is scored: which part of the question it has, by the weights of words, and which part
    /// of it the question is. Titles and everyday names count a little more, and one that is the question itself most. The best phrase of each
    /// code adds to the mass of its sector, exponentially; a sector is as likely as its part of all. What is said of it
    /// was fitted to names that were classified by hand, on the side of caution (docs/guides/providers.md has the figures).
    private static func search(limit: Int) -> Statement {
        """
        with question as materialized (
            select l.word, coalesce(n.weight, rare.weight) as weight
            from unnest(tsvector_to_array(to_tsvector('english', asked.words))) as l (word)
            cross join (select max(weight) as weight from enrichment.naics_words) rare
            left join enrichment.naics_words n using (word)
            where l.word not in ('industri', 'compani')
        ), hits as (
            select i.code, i.kind, lower(i.phrase) = lower(btrim(asked.words)) as is_same, sum(q.weight) / i.weight as density,
                sum(q.weight) / (select sum(weight) from question) as coverage
            from question q
            join enrichment.naics_index i on i.words @@ quote_literal(q.word)::tsquery
            group by i.code, i.phrase, i.kind, i.weight
        ), scored as (
            select distinct on (h.code) h.code, c.title, c.sector,
                h.coverage * (0.75 + 0.25 * h.density)
                    + case h.kind when 'everyday' then 0.1 * h.density when 'title' then 0.05 * h.density else 0 end
                    + case when h.is_same then 0.3 else 0 end as score
            from hits h join enrichment.naics_codes c using (code)
            order by h.code, score desc
        ), sectors as (
            select sector, sum(exp(15 * score)) / sum(sum(exp(15 * score))) over () as likelihood from scored group by sector
        )
        select s.code, s.title, s.sector, s.score,
            round(least(0.99, 0.2 + 0.85 * sqrt(x.likelihood * least(1, s.score)))::numeric, 2)::float8 as confidence
        from scored s join sectors x using (sector)
        order by x.likelihood desc, s.score desc, s.code limit \(limit)::bigint
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

    /// Everyday names, and the weights of words.
    static let weigh: Statement = "select enrichment.weigh_naics()"

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

import Postgres

/// The statements that forget persons.
enum Forgetting {
    /// The question that an address alone is.
    static func hash(_ email: String) -> String {
        InputHash(.contactEnrich, ProviderInput([.email: email])).hex
    }

    /// A regular expression that finds an address in lower case, and not one that contains it.
    static func pattern(_ email: String) -> String {
        let escaped = email.lowercased().unicodeScalars.map { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil ? String(scalar) : "\\\(scalar)"
        }
        return "(^|[^[:alnum:]._%+-])\(escaped.joined())\\.?($|[^[:alnum:].-])"
    }

    /// Those that name one of the addresses, or for whose person one was found.
    static func selectRecords(_ patterns: [String]) -> Statement {
        """
        select request_id, ordinal from enrichment.records
        where lower(concat_ws(' ', input::text, problem)) ~ any (\(patterns)::text[])
        union
        select request_id, ordinal from enrichment.results
        where field_group = 'contact' and lower(fields::text) ~ any (\(patterns)::text[])
        order by 1, 2
        """
    }

    /// All of these records, and those that found one of the addresses for a company.
    static func deleteResults(_ requestIDs: [String], _ ordinals: [Int], _ patterns: [String]) -> Statement {
        """
        delete from enrichment.results
        where (request_id, ordinal) in (
                select * from unnest(\(requestIDs)::uuid[], \(ordinals)::integer[]))
           or lower(fields::text) ~ any (\(patterns)::text[])
        """
    }

    static func deleteRecords(_ requestIDs: [String], _ ordinals: [Int]) -> Statement {
        """
        delete from enrichment.records
        where (request_id, ordinal) in (select * from unnest(\(requestIDs)::uuid[], \(ordinals)::integer[]))
        """
    }

    static func deleteAnswers(_ hashes: [String], _ patterns: [String]) -> Statement {
        """
        delete from enrichment.cache
        where input_hash = any (array(select decode(hex, 'hex') from unnest(\(hashes)::text[]) hex))
           or lower(fields::text) ~ any (\(patterns)::text[])
        """
    }

    /// A hash of an address can be guessed.
    static func strikeQuestions(_ hashes: [String]) -> Statement {
        """
        with struck as materialized (select array_agg(decode(hex, 'hex')) as hashes from unnest(\(hashes)::text[]) hex)
        update enrichment.calls c
        set inputs = array(select hash from unnest(c.inputs) hash where hash <> all (s.hashes))
        from struck s
        where c.inputs && s.hashes
        """
    }

    /// No list is answered by these requests any more: what they found is not all that it asks.
    static func separate(_ requestIDs: [String]) -> Statement {
        "update enrichment.requests set request_hash = null where request_id = any (\(requestIDs)::uuid[])"
    }
}

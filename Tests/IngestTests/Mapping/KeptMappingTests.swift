import Foundation
import Ingest
import Postgres
import TestSupport
import Testing

@testable import Catalog

/// Mappings that vendors keep: which one a file is read with, and what the history says of it.
@Suite(.timeLimit(.minutes(5))) struct KeptMappingTests {
    private static let header = "Artikelnummer;Bezeichnung;Preis;Bestand"

    /// A mapping of that header; the prefix tells versions apart.
    private static func mapping(prefix: String = "", encoding: String? = nil) -> String {
        let encoding = encoding.map { #""encoding": "\#($0)", "# } ?? ""
        return """
            {\(encoding)"separator": ";", "columns": {
            "vendor_product_id": {"from": ["Artikelnummer"]}, "sku": {"from": ["Artikelnummer"], "prefix": "\(prefix)"},
            "product_name": {"from": ["Bezeichnung"]}, "category": {"constant": "Audio"},
            "price": {"from": ["Preis"], "number": ","}, "stock_quantity": {"from": ["Bestand"]}}}
            """
    }

    private static func file(_ rows: String..., header: String = header) -> String {
        ([header] + rows).joined(separator: "\n") + "\n"
    }

    private static let used: Statement = """
        select concat_ws(' ', u.mapping_name, u.mapping_version, e.detail ->> 'because')
        from catalog.upload_history u left join catalog.upload_events e on e.upload_id = u.upload_id and e.event = 'mapped'
        order by u.upload_timestamp
        """

    @discardableResult
    private func keep(
        _ onboarding: Onboarding, _ json: String = mapping(), as name: String = "lager", of vendor: String = "V1"
    ) async throws -> (StoredMapping, isNew: Bool) {
        try await onboarding.connection.transaction { try $0.putMapping(vendor, name, json: json) }
    }

    @Test(
        "A file of the header of one that was read with a mapping is read with the same by itself, in the version in use"
    )
    func header() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            #expect(
                try await onboarding.ingest(text: Self.file("1;Lampe;9,50;3")).result.end.failure?.type
                    == .missingColumn)
            let asked = try await onboarding.ingest(text: Self.file("1;Lampe;9,50;3"), keptMapping: "lager")
            #expect(asked.status == .completed && asked.result.mappingUse?.reason == .asked)
            // Other separators and lines above make no other header.
            for (title, separator, key) in [("", "\t", "0"), ("Export vom 1. Mai\n", ";", "2")] {
                let found = try await onboarding.ingest(
                    text: title + Self.file("\(key);Tisch;1.200,00;1").replacing(";", with: separator))
                #expect(found.status == .completed && found.result.mappingUse?.reason == .header)
            }
            #expect(try await keep(onboarding, Self.mapping(prefix: "N-")).0.version == 2)
            let later = try await onboarding.ingest(text: Self.file("3;Stuhl;5,00;1"))
            #expect(later.result.mappingUse?.version == 2)
            let skus = try await onboarding.column("select sku || ' ' || price from catalog.products order by sku")
            #expect(skus == ["0 1200.00", "1 9.50", "2 1200.00", "N-3 5.00"])
            let used = try await onboarding.column(Self.used)
            #expect(used == ["", "lager 1 asked", "lager 1 header", "lager 1 header", "lager 2 header"])
        }
    }

    @Test("A file with our columns needs no mapping, and one vendor's mappings are not another's")
    func whose() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            _ = try await onboarding.ingest(text: Self.file("1;Lampe;9,50;3"), keptMapping: "lager")
            let set = try await onboarding.connection.transaction { try $0.setDefaultMapping("V1", "lager") }
            #expect(set)
            let ours = try await onboarding.ingest(["P1,N,Audio,S1,1.00,1"])
            #expect(ours.status == .completed && ours.result.mappingUse == nil)
            let foreign = try await onboarding.ingest(text: Self.file("2;Tisch;1,00;1"), vendor: "V2")
            #expect(foreign.result.end.failure?.type == .missingColumn)
            let named = try await onboarding.ingest(
                text: Self.file("2;Tisch;1,00;1"), vendor: "V2", keptMapping: "lager")
            #expect(named.result.end.failure?.type == .unknownMapping)
            #expect(named.result.end.failure?.message == "Vendor 'V2' has no mapping 'lager'.")
            #expect(try await onboarding.connection.transaction { try $0.setDefaultMapping("V2", "lager") } == false)
        }
    }

    @Test("The default reads what nothing else fits, and its header is remembered; a removed mapping reads nothing")
    func vendorDefault() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            _ = try await onboarding.connection.transaction { try $0.setDefaultMapping("V1", "lager") }
            let header = "Nr;" + Self.header
            let first = try await onboarding.ingest(text: Self.file("0;1;Lampe;9,50;3", header: header))
            #expect(first.result.mappingUse?.reason == .vendor)
            let second = try await onboarding.ingest(text: Self.file("0;2;Lampe;9,50;3", header: header))
            #expect(second.result.mappingUse?.reason == .header)
            #expect(try await onboarding.connection.transaction { try $0.removeMapping("V1", "lager") })
            #expect(try await onboarding.connection.transaction { try $0.removeMapping("V1", "lager") } == false)
            let last = try await onboarding.ingest(text: Self.file("0;3;Lampe;9,50;3", header: header))
            #expect(last.result.end.failure?.type == .missingColumn)
            // A mapping of the name that comes later goes on counting.
            #expect(try await keep(onboarding).0.version == 2)
        }
    }

    @Test("A mapping that knows the encoding of its files reads the file again with it")
    func encoding() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding, Self.mapping(encoding: "windows-1250"))
            // ý in windows-1250 and -1252.
            let latin2 = Array(Self.file("1;Zlut").utf8.dropLast()) + [0xFD] + Array(" hrnec;9,50;3\n".utf8)
            let first = try await onboarding.ingest(bytes: latin2, keptMapping: "lager")
            #expect(first.status == .completed && first.result.facts?.encoding == "windows-1250")
            // č, which is è elsewhere.
            let czech = Array(Self.file("2;Hrn").utf8.dropLast()) + [0xE8] + Array("ek;9,50;3\n".utf8)
            let second = try await onboarding.ingest(bytes: czech)
            #expect(second.status == .completed && second.result.mappingUse?.reason == .header)
            #expect(
                try await onboarding.column("select product_name from catalog.products where sku = '2'") == ["Hrnček"])
        }
    }

    @Test("The same mapping again makes no version, two writers at once make two")
    func versions() async throws {
        try await Onboarding.with { onboarding in
            #expect(try await keep(onboarding).isNew)
            #expect(try await keep(onboarding, Self.mapping() + "\n").isNew == false)
            let conninfo = onboarding.conninfo
            let made = try await withThrowingTaskGroup(of: Int.self) { group in
                for writer in 0..<4 {
                    group.addTask {
                        let connection = try await Connection.open(conninfo)
                        let version = try await connection.transaction {
                            try $0.putMapping("V1", "lager", json: Self.mapping(prefix: "W\(writer)")).0.version
                        }
                        await connection.close()
                        return version
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(made == [2, 3, 4, 5])
            #expect(
                try await onboarding.column("select version::text from catalog.mappings where replaced_at is null") == [
                    "5"
                ])
        }
    }

    @Test("A vendor sees its own mappings and no other's")
    func rows() async throws {
        try await Onboarding.with { onboarding in
            try await keep(onboarding)
            try await keep(onboarding, of: "V2")
            let seen = try await onboarding.connection.transaction { session in
                try session.execute("set local role catalog_vendor")
                try session.execute("select set_config('catalog.vendor_id', 'V2', true)")
                return try session.query("select vendor_id from audit.mappings").map {
                    try $0.get("vendor_id", as: String.self)
                }
            }
            #expect(seen == ["V2"])
        }
    }
}

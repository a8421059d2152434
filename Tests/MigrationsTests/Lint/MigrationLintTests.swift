import Foundation
import TestSupport
import Testing

@testable import Migrations

@Suite("Dangerous statements in migrations", .timeLimit(.minutes(5)))
struct MigrationLintTests {
    /// Statements and the rules that strike at each, on tables in use. One list for both judges.
    static let cases: [(sql: String, rules: [LintRule])] = [
        ("create index a on t (n)", [.requireConcurrentIndexCreation]),
        ("create unique index a on only s.t using btree (n)", [.requireConcurrentIndexCreation]),
        ("drop index a", [.requireConcurrentIndexDeletion]),
        ("drop index if exists s.a", [.requireConcurrentIndexDeletion]),
        ("reindex table t", [.requireConcurrentReindex]),
        ("alter table t detach partition p", [.requireConcurrentPartitionDetach]),
        ("alter table t add column x text not null", [.addingRequiredField]),
        ("alter table t add x text not null default ''", []),
        ("alter table t add column if not exists x text", []),
        ("alter table t add column x uuid default gen_random_uuid()", [.addingFieldWithDefault]),
        ("alter table t add column x double precision default random()", [.addingFieldWithDefault]),
        ("alter table t add column x timestamptz default now()", []),
        ("alter table t add column x numeric default 0::numeric(10, 2)", []),
        ("alter table t add column x bigint generated always as (n + 1) stored", [.addingFieldWithDefault]),
        ("alter table t alter column x type bigint", [.changingColumnType]),
        ("alter table t alter x set data type bigint using x::bigint", [.changingColumnType]),
        (
            "alter table t add constraint f foreign key (x) references u (id)",
            [.addingForeignKeyConstraint, .constraintMissingNotValid]
        ),
        ("alter table t add constraint f foreign key (x) references u (id) not valid", []),
        ("alter table t add constraint c check (x > 1)", [.constraintMissingNotValid]),
        ("alter table t add constraint c check (x > 1) not valid", []),
        ("alter table t validate constraint c", []),
        ("alter table t alter column x set not null", [.addingNotNullableField]),
        ("alter table t alter column x drop not null", [.banDropNotNull]),
        ("alter table t add constraint u unique using index a", []),
        ("alter table t add constraint p primary key using index a", []),
        ("alter table t drop column x", [.banDropColumn]),
        ("alter table t drop constraint x", [.banDropConstraint]),
        ("alter table t alter column x drop default", [.banDropDefault]),
        ("alter table t alter column x set default 1", []),
        ("alter table t alter column x add generated always as identity", [.banAlterIdentity]),
        ("alter table t set schema s", [.banSetSchema]),
        ("alter view v rename to w", [.renamingObject]),
        ("drop view v", [.banDropView]),
        ("drop function f()", [.banDropFunction]),
        ("drop type t", [.banDropType]),
        ("drop domain d", [.banDropDomain]),
        ("drop schema s", [.banDropSchema]),
        ("drop sequence s", [.banDropSequence]),
        ("alter table t add constraint u unique (x)", [.disallowedUniqueConstraint, .constraintMissingNotValid]),
        ("alter table t add constraint p primary key (x)", [.addingSerialPrimaryKeyField, .constraintMissingNotValid]),
        ("alter table t rename column x to y", [.renamingColumn]),
        ("alter table t rename to v", [.renamingTable]),
        ("drop table t", [.banDropTable]),
        ("drop database d", [.banDropDatabase]),
        ("truncate t cascade", [.banTruncateCascade]),
        ("truncate t", []),
        ("create domain d as text check (value <> '')", [.banCreateDomainWithConstraint]),
        ("alter domain d add constraint c check (value <> '')", [.banAlterDomainWithAddConstraint]),
        ("create table n (id int)", [.preferBigintOverInt]),
        ("create table n (id smallint)", [.preferBigintOverSmallint]),
        ("create table n (id bigserial)", [.preferIdentity]),
        ("create table n (c char(3))", [.banCharField]),
        ("create table n (c varchar(3))", [.preferTextField]),
        ("create table n (at timestamp)", [.preferTimestampTZ]),
        ("create table n (at timestamp with time zone, n numeric(10, 2), t text check (t <> ''))", []),
        ("alter type e add value 'x'", [.requireEnumValueOrdering]),
        ("alter type e add value 'x' before 'y'", []),
        ("insert into t values (1)", []),
        ("comment on table t is 'create index a on t (n)'", []),
    ]

    /// Where squawk is silent, or says it in other words.
    static let beyond: [(sql: String, rules: [LintRule])] = [
        ("create index concurrently a on t (n)", [.banConcurrentIndexCreationInTransaction]),
        ("create table p partition of t for values in (1)", [.partitionOf]),
        ("vacuum full t", [.blockingMaintenance]),
        ("cluster t using i", [.blockingMaintenance]),
        ("lock table t", [.blockingMaintenance]),
        ("refresh materialized view m", [.blockingMaintenance]),
        ("refresh materialized view concurrently m", []),
        ("alter table t set unlogged", [.blockingMaintenance]),
        ("alter table t set (fillfactor = 50)", []),
        ("update t set n = 1", [.wholeTableChange]),
        ("update t set n = 1 where n = 2", []),
        ("alter table t add column x bigint generated always as identity", [.addingFieldWithDefault]),
        ("alter table t add column x bigint references u (id)", [.addingForeignKeyConstraint]),
        ("alter table t add column x bigint unique", [.disallowedUniqueConstraint]),
        ("alter table t add x text, alter y type text, drop z", [.changingColumnType, .banDropColumn]),
    ]

    private func rules(_ sql: String) -> [LintRule] { StatementLint(SQLStatement.split(sql)[0]).rules }

    @Test("Each dangerous statement is named, and a safe way to write it is not", arguments: cases + beyond)
    func rule(sql: String, expected: [LintRule]) {
        #expect(Set(rules(sql)) == Set(expected))
    }

    /// An answer of squawk.
    private struct Finding: Decodable {
        var file: String
        var rule_name: String
    }

    @Test("squawk says the same of each statement, rule by rule")
    func squawk() async throws {
        let folder = try TemporaryFolder()
        // One file each: squawk judges a statement by those before it, too.
        let files = try Self.cases.indices.map { try folder.write(Self.cases[$0].sql + ";\n", to: "\($0).sql") }
        let outcome = try await Subprocess.run(
            try PythonTools.program("squawk"),
            ["--reporter", "json", "--pg-version", "15.0", "--assume-in-transaction"] + files)
        let findings = try JSONDecoder().decode([Finding].self, from: Data(outcome.output.utf8))
        let known = Set(LintRule.allCases.map(\.rawValue))
        for (statement, file) in zip(Self.cases, files) {
            let theirs = Set(findings.filter { $0.file == file }.map(\.rule_name))
            let unknown = theirs.subtracting(known).subtracting(LintRule.leftToTheMigrator.keys)
            #expect(unknown.isEmpty, "squawk names \(unknown) in: \(statement.sql)")
            #expect(theirs.intersection(known) == Set(statement.rules.map(\.rawValue)), "\(statement.sql)")
        }
    }

    @Test("Whatever is done to a table that the files make themselves is in nobody's way")
    func newTables() throws {
        let set = try MigrationSet.make([
            "create table s.a (n bigint); create index i on s.a (n); alter table s.a add constraint c check (n > 1)",
            "alter table s.a alter n set not null; create index j on s.b (n)",
        ])
        let findings = MigrationLint.findings(set.migrations)
        #expect(findings.map(\.rule) == [.requireConcurrentIndexCreation])
        #expect(findings[0].file == "0002_step_2.sql" && findings[0].isError)
        #expect(findings[0].description.contains("create index concurrently, in a file with"))
    }

    @Test("What older binaries break at is an error only in a file that says it works with one")
    func olderBinaries() throws {
        let drop = "alter table t drop column x"
        let set = try MigrationSet.make(["select 1", drop, "-- catalog: works-with 0002\n\(drop)"])
        #expect(MigrationLint.findings(set.migrations).map(\.isError) == [false, true])
    }

    @Test("up refuses an error, unless the file says why it does it all the same")
    func refused() async throws {
        try await withDatabase { conninfo in
            let scripts = ["create table step_1 (n bigint)", "create index step_1_idx on step_1 (n)"]
            let files = try MigrationSet.make(scripts)
            try await Migrator(conninfo: conninfo, files: files).up(to: 1)
            let error = await #expect(throws: MigrationError.self) {
                try await Migrator(conninfo: conninfo, files: files).up()
            }
            #expect(error?.description.contains("0002_step_2.sql:1: error: require-concurrent-index-creation") == true)
            let allowed = try MigrationSet.make([
                scripts[0], "-- catalog: allow require-concurrent-index-creation: the table is small\n" + scripts[1],
            ])
            #expect(try await Migrator(conninfo: conninfo, files: allowed).up().count == 1)
        }
    }

    @Test("Our own files that are not released yet hold no dangerous statement without a reason")
    func bundled() throws {
        let files = try MigrationSet.bundled()
        let findings = MigrationLint.findings(files.migrations).filter {
            $0.isError && Int($0.file.prefix(4))! >= files.lintsFrom
        }
        #expect(findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))")
    }
}

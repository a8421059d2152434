import Foundation
import Postgres
import TestSupport
import Testing

/// Rules of one's own through the command line and HTTP.
@Suite(.timeLimit(.minutes(10))) struct OwnRuleTests {
    @Test("A rule is tried, kept, met by uploads, shown and removed")
    func command() async throws {
        try await CatalogBinary.with { catalog in
            try await catalog.prepare()
            let file = try catalog.folder.write(
                "vendor_product_id,product_name,category,sku,price,stock_quantity\nP1,N,Audio,A-1,1,1\nP2,N,Audio,b-2,1,1\n",
                to: "p.csv")
            let options = ["--column", "sku", "--pattern", "[A-Z]-[0-9]+"]
            let tried = try await catalog.run(["rule", "test", file, "--vendor", "V001"] + options)
            #expect(
                tried.status == 2 && tried.output.contains("sku must have the form [A-Z]-[0-9]+: 'b-2'"), "\(tried)")
            #expect(
                try await catalog.run(["rule", "test", file, "--vendor", "V001", "--column", "brand", "--unique"])
                    .status == 0)
            #expect(try await catalog.value("select count(*) from catalog.upload_history") == "0")

            let added = try await catalog.run(["rule", "add", "form", "--vendor", "V001"] + options)
            #expect(added.output == "rule form: version 1\n", "\(added)")
            let line = try await catalog.ingest(file)
            #expect(line.errorCounts == ["CUSTOM_RULE": 1] && line.validRecords == 1)
            let shown = try await catalog.succeed("upload", "show", line.uploadId)
            #expect(shown.contains("CUSTOM_RULE form"))
            #expect(try await catalog.succeed("upload", "errors", line.uploadId, "--json").contains(#""rule":"form""#))
            #expect(try await catalog.succeed("rule", "list").contains("V001"))
            let json = try catalog.folder.write(try await catalog.succeed("rule", "show", "form"), to: "form.json")
            let again = try await catalog.succeed("rule", "add", "form", "--file", json)
            #expect(again == "rule form: version 1, which it had already\n")
            #expect(
                try await catalog.succeed("rule", "remove", "form", "--json")
                    == "{\"name\":\"form\",\"removed\":true}\n")
            for (arguments, words) in [
                (["add", "x", "--column", "sku", "--pattern", "("], "character 2"),
                (["add", "x", "--column", "sku", "--required", "--vendor", "V9"], "no vendor 'V9'"),
                (["add", "x", "--column", "sku", "--required", "--category", "Sport"], "no category 'Sport'"),
                (["add", "a b", "--column", "sku", "--required"], "cannot be the name"),
                (["remove", "form"], "no rule 'form'"),
                (["show", "form"], "no rule 'form'"), (["add", "x"], "--column"),
                (["test", file, "--vendor", "V9"], "V9"),
            ] {
                let outcome = try await catalog.run(["rule"] + arguments)
                #expect(outcome.status == 1 && outcome.error.contains(words), "\(arguments): \(outcome)")
            }
        }
    }

    @Test("Operators keep rules, vendors see those that are theirs, and what is no rule is refused")
    func http() async throws {
        try await APIEnvironment.with { api in
            let rule = #"{"column": "brand", "required": true, "severity": "warning"}"#
            let put = try await api.call("PUT", "/rules/brand", as: "operator", json: rule)
            #expect(put.status == 200 && put["version"] == "1" && put["rule", "severity"] == "warning", "\(put.text)")
            let foreign = #"{"column": "sku", "pattern": "X.*", "vendorId": "V002"}"#
            #expect(try await api.call("PUT", "/rules/form", as: "operator", json: foreign).status == 200)
            #expect(try await api.call("PUT", "/rules/brand", as: "V001", json: rule).status == 403)
            let own = try await api.call("GET", "/rules", as: "V001")
            #expect(own["items", "name"] == "brand" && !own.text.contains("form"))
            #expect(try await api.call("GET", "/rules/form", as: "V001").status == 404)
            #expect(try await api.call("GET", "/rules/form", as: "V002")["rule", "pattern"] == "X.*")
            #expect(try await api.call("GET", "/rules?vendor=V001", as: "auditor").text.contains("form") == false)
            for (body, words) in [
                ("[]", "JSON object"), (#"{"column": "x"}"#, "unknown column"),
                (#"{"column": "sku", "required": true, "vendorId": "V9"}"#, "no vendor"),
            ] {
                let answer = try await api.call("PUT", "/rules/a", as: "operator", json: body)
                #expect(answer.problem == "invalid-body" && answer.text.contains(words), "\(answer.text)")
            }
            #expect(
                try await api.call("PUT", "/rules/a%20b", as: "operator", json: rule).problem == "invalid-parameter")

            let uploadID = try await api.upload("one", as: "V002")
            let upload = try await api.call("GET", "/uploads/\(uploadID)", as: "V002")
            #expect(
                upload["errorCounts", "CUSTOM_RULE"] == "2" && upload["errorCounts", "CUSTOM_WARNING"] == "2",
                "\(upload.text)")
            #expect(upload["rules", "name"] == "brand" && upload["rules", "version"] == "1")
            let errors = try await api.call("GET", "/uploads/\(uploadID)/errors", as: "V002")
            #expect(errors["items", "rule"] == "form", "\(errors.text)")
            #expect(try await api.call("DELETE", "/rules/form", as: "operator").status == 204)
            #expect(try await api.call("DELETE", "/rules/form", as: "operator").status == 404)
        }
    }
}

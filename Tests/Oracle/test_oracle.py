#!/usr/bin/env python3
"""The oracle against the sentences of the contract, and its reader against Python's csv module where both must agree.

    python3 Tests/Oracle/test_oracle.py
"""
import csv
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import attributes
import cells
import foreign_numbers as numbers
import generate
import mapping
import oracle
import reading
import rules

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
HEADER = "vendor_product_id,product_name,category,sku,price,stock_quantity,description,compare_at_price,weight_kg,image_url"
GOOD = dict(vendor_product_id="P1", product_name="Lamp", category="Gadgets", sku="S1", price="9.90", stock_quantity="3",
            description="", compare_at_price="", weight_kg="", image_url="")


def lines(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADER.split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows({**GOOD, **row} for row in rows)
    return text.getvalue().encode()


def catalogue(*rows):
    made = oracle.Catalogue({"Gadgets": True, "Games": True, "Garden": True, "Pagers": False})
    if rows:
        made.upload(oracle.upload_rows(lines(*rows)), "V1")
    return made


def upload(data, into=None, vendor="V1", **options):
    return (into or catalogue()).upload(oracle.upload_rows(data), vendor, **options)


class Rules(unittest.TestCase):
    def messages(self, **row):
        return [error[3] for error in upload(lines(row)).errors]

    def test_messages_of_the_contract(self):
        long = "x" * 215
        for row, message in (
            ({"sku": " \t"}, "Required field is missing: sku"),
            ({"price": "-10.00"}, "Price must be at least 0.01"),
            ({"price": "1000000"}, "Price must be at most 999999.99"),
            ({"price": "1,99"}, "Price must be a number with at most 2 decimals: '1,99'"),
            ({"price": "19.990"}, "Price must be a number with at most 2 decimals: '19.990'"),
            ({"price": "١٢"}, "Price must be a number with at most 2 decimals: '١٢'"),
            ({"price": "9" * 400}, "Price must be at most 999999.99"),
            ({"price": "y" * 101}, f"Price must be a number with at most 2 decimals: '{'y' * 100}…'"),
            ({"stock_quantity": "-1"}, "Stock quantity must be between 0 and 1000000"),
            ({"stock_quantity": "3.5"}, "Stock quantity must be a whole number: '3.5'"),
            ({"category": "Gadets"}, "Category is not approved: 'Gadets' (did you mean 'Gadgets'?)"),
            ({"category": "GAMES"}, "Category is not approved: 'GAMES' (did you mean 'Games'?)"),
            ({"category": "Pagers"}, "Category is not approved: 'Pagers'"),
            ({"product_name": long}, "product_name must be at most 200 characters (got 215)"),
            ({"sku": "🧰" * 101}, "sku must be at most 100 characters (got 101)"),
            ({"weight_kg": "heavy"}, "weight_kg must be a number with at most 3 decimals: 'heavy'"),
            ({"compare_at_price": "0"}, "compare_at_price must be at least 0.01"),
            ({"image_url": "ftp://x"}, "image_url must be an http or https URL: 'ftp://x'"),
        ):
            self.assertEqual(self.messages(**row), [message])

    def test_odd_but_valid_values_are_stored_in_canonical_form(self):
        made = catalogue()
        upload(lines({"price": "+00019.9", "stock_quantity": "-0", "weight_kg": "-0.000", "sku": "  S9 "}), made)
        product = made.products["V1", "P1"]
        self.assertEqual([product[c] for c in ("price", "stock_quantity", "weight_kg", "sku", "brand")],
                         ["19.90", "0", "0.000", "S9", None])

    def test_every_error_of_a_row_in_the_order_of_the_rules(self):
        row = dict.fromkeys(GOOD, "") | {"price": "x", "stock_quantity": "x", "category": "x", "description": "x" * 2001,
                                         "weight_kg": "x"}
        self.assertEqual([error[2] for error in upload(lines(row)).errors], [
            "MISSING_REQUIRED_FIELD", "MISSING_REQUIRED_FIELD", "MISSING_REQUIRED_FIELD", "INVALID_PRICE",
            "INVALID_STOCK_QUANTITY", "INVALID_CATEGORY", "FIELD_TOO_LONG", "INVALID_VALUE"])


class Keys(unittest.TestCase):
    def test_a_refused_row_claims_neither_key(self):
        outcome = upload(lines({}, {"sku": "S2"}, {"vendor_product_id": "P3", "sku": "S2"}, {"sku": "S2"}))
        self.assertEqual([error[:4:3] for error in outcome.errors], [
            (2, "Duplicate vendor product ID: P1 already used in row 1"),
            (4, "Duplicate SKU: S2 already used in row 3"),
            (4, "Duplicate vendor product ID: P1 already used in row 1")])

    def test_a_row_with_other_errors_is_still_compared_with_the_rows_before_it(self):
        outcome = upload(lines({"price": "x"}, {}, {"price": "x"}, {"sku": "S2", "stock_quantity": "x"}))
        self.assertEqual([error[:4:3] for error in outcome.errors], [
            (1, "Price must be a number with at most 2 decimals: 'x'"),
            (3, "Price must be a number with at most 2 decimals: 'x'"),
            (3, "Duplicate SKU: S1 already used in row 2"),
            (3, "Duplicate vendor product ID: P1 already used in row 2"),
            (4, "Stock quantity must be a whole number: 'x'"),
            (4, "Duplicate vendor product ID: P1 already used in row 2")])

    def test_a_row_the_catalogue_refuses_is_still_compared_with_the_rows_before_it(self):
        made = catalogue({"vendor_product_id": "P2", "sku": "S2"})
        outcome = upload(lines({}, {"vendor_product_id": "P2"}), made)
        self.assertEqual([error[3] for error in outcome.errors], [
            "Duplicate SKU: S1 already used in row 1", "Duplicate vendor product ID: P2 already exists"])

    def test_only_so_many_wrong_categories_get_a_suggestion(self):
        made = catalogue()
        wrong = [{"category": f"Wrong {number}"} for number in range(rules.SUGGESTIONS)]
        outcome = upload(lines(*wrong, {"category": "Gadgetz"}), made)
        self.assertEqual(outcome.errors[-1][3], "Category is not approved: 'Gadgetz'")

    def test_a_row_with_other_errors_is_still_checked_against_the_catalogue(self):
        outcome = upload(lines({"price": "x"}), catalogue({}))
        self.assertEqual([error[2] for error in outcome.errors],
                         ["INVALID_PRICE", "DUPLICATE_SKU", "DUPLICATE_VENDOR_PRODUCT_ID"])

    def test_another_vendor_may_use_the_id_but_not_the_sku(self):
        outcome = upload(lines({}, {"sku": "S2"}), catalogue({}), vendor="V2")
        self.assertEqual([error[3] for error in outcome.errors], ["Duplicate SKU: S1 already exists"])
        self.assertEqual(outcome.valid, 1)

    def test_upsert_counts_and_keeps_columns_the_file_lacks(self):
        made = catalogue({"description": "old"}, {"vendor_product_id": "P2", "sku": "S2"})
        outcome = upload(b"sku,price,stock_quantity,category,product_name,vendor_product_id\n"
                         b"S1,9.9,3,Gadgets,Lamp,P1\nS2,9.91,3,Gadgets,Lamp,P2\nS3,1,1,Games,Ball,P3\n", made, mode="upsert")
        self.assertEqual(outcome.summary() | {}, outcome.summary() | {
            "status": "completed", "createdRecords": 1, "updatedRecords": 1, "unchangedRecords": 1})
        self.assertEqual(made.products["V1", "P1"]["description"], "old")

    def test_upsert_may_not_take_the_sku_of_another_product(self):
        outcome = upload(lines({"sku": "S2"}), catalogue({}, {"vendor_product_id": "P2", "sku": "S2"}), mode="upsert")
        self.assertEqual([error[3] for error in outcome.errors], ["Duplicate SKU: S2 already exists"])

    def test_update_changes_only_what_exists_and_what_the_file_has(self):
        made = catalogue({"description": "old"}, {"vendor_product_id": "P2", "sku": "S2"})
        made.upload(oracle.upload_rows(lines({"vendor_product_id": "P7", "sku": "S7"})), "V2")
        def update(text, **options):
            return made.upload(oracle.upload_rows(text.encode(), "update"), "V1", mode="update", **options)
        outcome = update("sku,price\nS1,5\nS9,1\nS7,1\nS2,\nS1,x\n")
        self.assertEqual([error[:4:3] for error in outcome.errors], [
            (2, "Unknown SKU: S9 does not exist"), (3, "Unknown SKU: S7 does not exist"),
            (4, "Required field is missing: price"), (5, "Price must be a number with at most 2 decimals: 'x'"),
            (5, "Duplicate SKU: S1 already used in row 1")])
        self.assertEqual([made.products["V1", "P1"][c] for c in ("price", "description")], ["5.00", "old"])
        outcome = update("vendor_product_id,sku,stock_quantity,price\nP1,S2,1,1\nP2,,9,\n", empty="keep")
        self.assertEqual([error[3] for error in outcome.errors], ["Duplicate SKU: S2 already exists"])
        self.assertEqual([made.products["V1", "P2"][c] for c in ("sku", "stock_quantity", "price")], ["S2", "9", "9.90"])
        self.assertEqual(update("price\n1\n").failure, "MISSING_COLUMN")

    def test_products_that_a_full_file_does_not_name_become_inactive(self):
        made = catalogue({}, {"vendor_product_id": "P2", "sku": "S2"}, {"vendor_product_id": "P3", "sku": "S3"})
        status = lambda: [made.products["V1", f"P{number}"]["status"] for number in (1, 2, 3)]
        rows = lines({}, {"vendor_product_id": "P3", "sku": "S3", "price": "x"})
        outcome = upload(rows + b"broken\n", made, mode="upsert", missing="deactivate")
        self.assertEqual((outcome.changes["deactivated"], status()), (0, ["active"] * 3))
        outcome = upload(rows, made, mode="upsert", missing="deactivate")
        self.assertEqual((outcome.changes["deactivated"], status()), (1, ["active", "inactive", "active"]))
        upload(lines({"vendor_product_id": "P2", "sku": "S2"}), made, mode="upsert", missing="deactivate")
        self.assertEqual(status(), ["inactive", "active", "inactive"])

    def test_keys_that_a_spreadsheet_changed_are_loaded_with_a_warning(self):
        outcome = upload(lines({"sku": "4.00639E+12"}, {"sku": "4.00639E+12", "vendor_product_id": "#N/A"}))
        self.assertEqual([error[:4:3] for error in outcome.errors], [
            (1, "sku looks as if a spreadsheet had changed it: '4.00639E+12'"),
            (2, "Duplicate SKU: 4.00639E+12 already used in row 1"),
            (2, "vendor_product_id looks as if a spreadsheet had changed it: '#N/A'"),
            (2, "sku looks as if a spreadsheet had changed it: '4.00639E+12'")])
        self.assertEqual((outcome.valid, outcome.error), (1, 1))
        for key, damaged in (("########", True), ("#NAME?", True), ("2-Mar", True), ("02. Mrz", True), ("Mar-02", True),
                             ("4,1E+09", True), ("#", False), ("#12", False), ("E+12", False), ("4.0E12", False), ("32-Mark", False)):
            self.assertEqual(bool(rules.DAMAGED.fullmatch(key)), damaged, key)

    def test_all_or_nothing_loads_nothing_after_an_error(self):
        made = catalogue()
        outcome = upload(lines({}, {"price": "x", "vendor_product_id": "P2", "sku": "S2"}), made, policy="all-or-nothing")
        self.assertEqual((outcome.summary()["status"], outcome.valid, outcome.error, made.products), ("failed", 1, 1, {}))


class Letters(unittest.TestCase):
    def test_one_sku_has_one_form(self):
        for sku in ("I-1", "I-1\u200b", "I-1\u00a0", "\ufeffI-1", "I\u00ad-1", " \u2003I-1\t", '="I-1"', "\u2060I-1\u200d"):
            outcome = upload(lines({"sku": sku}), catalogue({"sku": "I-1", "vendor_product_id": "P0"}))
            self.assertEqual([error[3] for error in outcome.errors], ["Duplicate SKU: I-1 already exists"], ascii(sku))
        made = catalogue({"sku": "e\u0301"})
        self.assertEqual(made.products["V1", "P1"]["sku"], "\u00e9")

    def test_what_is_invisible_is_shown(self):
        outcome = upload(lines({"category": "Ga\u200bmes\nx", "price": "1\u00a0234"}))
        self.assertEqual([error[3] for error in outcome.errors], [
            "Price must be a number with at most 2 decimals: '1<U+00A0>234'",
            "Category is not approved: 'Games<U+000A>x' (did you mean 'Games'?)"])

    def test_a_space_of_any_kind_is_a_space(self):
        for sku in ("I\u00a0- 1", "I\u2003-\u202f1", "I\u3000-\u20091"):
            outcome = upload(lines({"sku": sku}), catalogue({"sku": "I - 1", "vendor_product_id": "P0"}))
            self.assertEqual([error[3] for error in outcome.errors], ["Duplicate SKU: I - 1 already exists"], ascii(sku))

    def test_a_header_may_hold_what_is_invisible(self):
        self.assertEqual(upload(lines({}).replace(b"sku", "\ufeffsku\u00a0".encode())).valid, 1)


class Files(unittest.TestCase):
    def test_the_same_seed_gives_the_same_bytes(self):
        command = [sys.executable, generate.__file__, "--rows", "200", "--seed", "9"]
        first, second = (subprocess.run(command, env={"PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
                         for seed in "12")
        self.assertGreater(len(first), 10000)
        self.assertEqual(first, second)

    def test_whole_file_failures(self):
        for data, failure in ((b"", "EMPTY_FILE"), (HEADER.encode() + b"\n\n", "EMPTY_FILE"), (b"sku\n1\n", "MISSING_COLUMN"),
                              (HEADER.encode() + b",SKU \n1\n", "DUPLICATE_COLUMN"), (b"\x1f\x8b\x08", "UNREADABLE_FILE")):
            self.assertEqual(upload(data).failure, failure)

    def test_a_malformed_row_is_its_first_line_and_the_next_line_is_read_again(self):
        data = b'a,b\n\n1,"x\n2,y\n3,z"z\n4,"q\nr"\n5\n'
        doubtful = "Row may be part of a value of row 1, where a quote is unbalanced"
        self.assertEqual([tuple(record) for record in reading.records(data)], [
            (0, 1, ["a", "b"], ""), (1, 3, [], "Unbalanced quote in field 2"), (2, 4, [], doubtful), (3, 5, [], doubtful),
            (4, 6, [], doubtful), (5, 7, [], doubtful), (6, 8, ["5"], "")])

    def doubtful(self, text):
        """The last column of each row that is certain."""
        return [record.fields[-1] for record in reading.records(text.encode()) if not record.problem][1:]

    def test_a_line_of_a_description_is_no_row(self):
        for text, certain in (
                ('D1,"old list:\nDX,ghost\nthe "good" one"\nD2,b', ["b"]),
                ('D1,"27" screen\nDX,ghost\nend",x\nD2,b', ["b"]),
                ('D1,"Big" lamp\nD2,b\nD3,c', ["b", "c"]),  # in balance, and nothing closes it later
                ('D1,"open\nD2,b\nD3,c', []),
                ('D1,"open "x\n2,"\nGhost,1\nb""c\nx"\n9,ok', ["ok"]),  # inside quotes in one of the readings
                ('D1,"open\n' + "D2,b\n" * 300000, None)):
            found = self.doubtful("a,b\n" + text)
            if certain is None:  # nothing reaches farther than the record limit
                self.assertEqual(len(found), 300000 - (reading.RECORD_LIMIT + 2 - len('D1,"open\n') + 4) // 5)
            else:
                self.assertEqual(found, certain)

    def test_what_every_lenient_reader_takes(self):
        text = 'a,b,c\nQ1,27" screen,x\nQ2, "Lamp, big",x\n"Q5" ,x,\n ="0012",1,2,,\n,,\n"", ,\n3,4\n" "\n'
        rows = [[cells.value(f) for f in record.fields] for record in reading.records(text.encode())][1:]
        self.assertEqual(rows, [["Q1", '27" screen', "x"], ["Q2", "Lamp, big", "x"], ["Q5", "x", ""],
                                ["0012", "1", "2", "", ""], ["3", "4"]])
        self.assertEqual([oracle.width_problem(row, ["a", "b", "c"], ["a"]) for row in rows], [""] * 5)
        self.assertTrue(oracle.width_problem(["1"], ["a", "b"], ["b"]) and oracle.width_problem(["1", "2"], ["a"], ["a"]))

    def test_a_row_may_lack_optional_cells_at_its_end(self):
        made = catalogue()
        outcome = upload(HEADER.encode() + b"\nP1,Lamp,Games,S1,5,1\nP2,Lamp,Games,S2,5\n", made)
        self.assertEqual([error[3] for error in outcome.errors], ["Row has 5 fields, the header has 10"])
        self.assertIsNone(made.products["V1", "P1"]["description"])

    def test_every_encoding_gives_the_same_rows(self):
        text = lines({"description": "crème – 5 €"}).decode()
        for data in (text.encode(), b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode("cp1252"),
                     text.replace("\n", "\r").encode(), text.replace(",", ";").encode()):
            self.assertEqual([row[2]["description"] for row in oracle.upload_rows(data)], ["crème – 5 €"])

    def test_well_formed_documents_are_read_as_the_csv_module_reads_them(self):
        rng = random.Random(1)
        for _ in range(300):
            rows = [["".join(rng.choices('ab,;"\n\r é', k=rng.randint(0, 6))) for _ in range(3)] for _ in range(8)]
            text = io.StringIO()
            # With line feeds alone the csv module leaves a carriage return unquoted: quote everything then.
            end, quoting = rng.choice([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)])
            csv.writer(text, lineterminator=end, quoting=quoting).writerows([["x", "y", "z"], *rows])
            rows = [row for row in rows if any(cells.value(value) for value in row)]
            self.assertEqual([record.fields for record in reading.records(text.getvalue().encode())][1:], rows)

    def test_clean_files_are_clean_and_mixed_ones_are_not(self):
        for mode, wrong in (("clean", False), ("mixed", True), ("hostile", True), ("upsert", True)):
            options = generate_options(mode)
            data, own, rival = generate.generated(options)
            made = oracle.Catalogue(dict.fromkeys(generate.ACTIVE, True))
            for vendor, rows in (("V001", own), ("V900", rival)):
                before = made.upload(oracle.upload_rows(generate.plain(rows)), vendor)
                self.assertEqual((before.valid, before.error), (len(rows), 0))
            outcome = made.upload(oracle.upload_rows(data), "V001", mode="upsert" if mode == "upsert" else "create")
            self.assertEqual(outcome.error > 0, wrong, mode)
            self.assertGreater(outcome.valid, 0)


class Attributes(unittest.TestCase):
    def kept(self, data, mode="upsert", keeps=True, made=None, **options):
        made = made or catalogue({"vendor_product_id": "P1", "sku": "S1"})
        outcome = made.upload(oracle.upload_rows(data.encode(), mode, keeps), "V1", mode=mode, **options)
        return outcome, made.products["V1", "P1"]["attributes"], made

    def test_what_is_not_ours_is_kept_if_the_vendor_says_so_or_the_column(self):
        text = "sku,Colour,attribute.size,status,vendor_id\nS1,red,XL,active,V1\n"
        self.assertEqual(self.kept(text, "update")[1], {"Colour": "red", "size": "XL"})
        self.assertEqual(self.kept(text, "update", keeps=False)[1], {"size": "XL"})

    def test_what_a_file_does_not_name_stays_and_what_is_empty_goes_unless_it_stays(self):
        made = self.kept("sku,a,b\nS1,1,2\n", "update")[2]
        self.assertEqual(self.kept("sku,b,c\nS1,,3\n", "update", made=made, empty="keep")[1], {"a": "1", "b": "2", "c": "3"})
        outcome, kept, _ = self.kept("sku,b,c\nS1,,3\n", "update", made=made)
        self.assertEqual((kept, outcome.changes["updated"]), ({"a": "1", "c": "3"}, 1))
        self.assertEqual(self.kept("sku,a,c\nS1,,\n", "update", made=made)[1], None)

    def test_names_have_one_form_and_bounds(self):
        self.assertEqual(attributes.name(" \u200bCafe\u0301\nx\u00a0y "), ("Caf\u00e9 x y", False))
        self.assertEqual(attributes.name("ATTRIBUTE. size"), ("size", True))
        for header, failure in (("a,a", "DUPLICATE_COLUMN"), ("a,attribute.a", "DUPLICATE_COLUMN"), ("a,A", None),
                                ("x" * 101, "INVALID_ATTRIBUTES"), ("x" * 100, None)):
            self.assertEqual(self.kept(f"sku,{header}\nS1,1\n", "update")[0].failure, failure, header)

    def test_values_have_bounds(self):
        wide = ",".join(f"w{n}" for n in range(201))
        for cells_, messages in (
                ("," * 201, []), (",1" * 201, ["Row has 201 attributes, at most 200 are kept"]),
                (("," + "x" * 1999) * 40 + "," * 161, ["Attributes of the row have 80070 bytes, at most 65536 are kept"]),
                ("," + "x" * 2001 + "," * 200, ["attribute.w0 must be at most 2000 characters (got 2001)"])):
            outcome = self.kept(f"sku,{wide}\nS1{cells_}\n", "update")[0]
            self.assertEqual([error[3] for error in outcome.errors], messages)

    def test_many_files_make_no_more_of_a_product_than_one(self):
        def file(first):
            return "sku," + ",".join(f"w{n}" for n in range(first, first + 150)) + "\nS1" + ",1" * 150 + "\n"
        made = self.kept(file(0), "update")[2]
        outcome, kept, _ = self.kept(file(100), "update", made=made)
        self.assertEqual((outcome.failure, len(kept)), ("INVALID_ATTRIBUTES", 150))


class Mappings(unittest.TestCase):
    def test_numbers_lose_currency_and_grouping(self):
        for value, mark, expected in (
            ("$1,234.50", ".", "1234.50"), ("1.234,50 €", ",", "1234.50"), ("CHF 1'234.50", ".", "1234.50"), ("19 kr", ",", "19"),
            ("1\u00a0234,5", ",", "1234.5"), ("-5", ".", "-5"), ("n/a", ".", "n/a"), ("12 pieces", ".", "12 pieces"),
            ("2,40", ".", "2,40"), ("12,5,0", ".", "12,5,0"), ("0.99", ",", "0.99"), ("1,234,567.8", ".", "1234567.8"),
            ("0,123", ".", "0,123"), ("1,234'567", ".", "1,234'567"), ("7oz", ".", "7oz"), ("1k", ".", "1k"), ("1.2M", ".", "1.2M"),
            ("19.99 gbp", ".", "19.99"), ("-$5", ".", "-5"), ("US$ 5 USD", ".", "5"), ("$5 EUR", ".", "$5 EUR"), (".5", ".", ".5"),
            ("12 5", ".", "12 5"), ("+5", ".", "5"), ("1.234", ",", "1234"), ("5 abc", ".", "5 abc")):
            self.assertEqual(numbers.number(value, mark), expected, value)

    def test_a_file_says_itself_how_its_numbers_are_read(self):
        def style(*values, column="price"):
            made = numbers.Style()
            for value in values:
                made.see(column, value, True)
            made.finish()
            return made.mark(column)
        self.assertEqual([style("24,9", "1,234"), style("1,234.5"), style("5"), style("1,234", "0,5")], [",", ".", ".", ","])
        for values in (("24,9", "24.9"), ("1,234",), ("$5", "19.99 gbp")):
            with self.assertRaises(numbers.TwoReadings):
                style(*values)

    def test_multiplying_and_rounding_are_exact(self):
        for value, factor, places, expected in (
            ("500", "0.001", None, "0.5"), ("0.005", None, 2, "0.01"), ("-0.005", None, 2, "-0.01"), ("19.90", None, 2, "19.9"),
            ("1200", None, 0, "1200"), ("x", "2", 2, "x"), ("1e5", "2", None, "1e5"), ("-0.001", None, 2, "0")):
            self.assertEqual(numbers.computed(value, factor, places), expected)

    def test_the_steps_of_a_column_run_in_their_fixed_order(self):
        column = mapping.Column("category", {"from": ["A", "B"], "carry": True, "first": ",", "replace": {"x": ""},
                                             "default": "none", "prefix": "<", "suffix": ">"})
        rows = [{"A": "", "B": "b,c"}, {"A": ""}, {"A": "x,y"}, {"A": ""}]
        self.assertEqual([column.value(row, 1, None) for row in rows], ["<b>", "<b>", "<none>", "<none>"])

    def test_rows_that_are_no_products_keep_their_numbers(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            columns = {name: {"from": ["x"]} for name in rules.REQUIRED} | {"sku": {"rowNumber": True, "prefix": "R-"}}
            json.dump({"skipWhenEmpty": ["x"], "columns": columns}, file)
            file.flush()
            rows = list(mapping.Mapping(file.name).rows(b"y,x\n2,1\n3,\n4\n6,5\n"))
        self.assertEqual([(number, line, row and row["sku"], problem) for number, line, row, problem in rows], [
            (1, 2, "R-1", ""), (3, 4, None, "Row has 1 fields, the header has 2"), (4, 5, "R-4", "")])


class Examples(unittest.TestCase):
    def test_the_example_files_keep_their_promises(self):
        made = oracle.Catalogue(oracle.read_categories(EXAMPLES / "categories.csv"))
        counts = []
        for path in sorted(EXAMPLES.glob("VEND*.csv*")):
            outcome = made.upload(oracle.upload_rows(path.read_bytes()), path.name[:7])
            counts.append((outcome.total, outcome.valid, outcome.failure))
            if path.name == "VEND001_products.csv":
                self.assertEqual(len({error[2] for error in outcome.errors}), 7)
        self.assertEqual(counts, [(1000, 950, None), (200, 200, None), (150, 150, None), (500, 500, None), (0, 0, "MISSING_COLUMN")])


def generate_options(mode):
    return type("Options", (), dict(rows=400, seed=3, vendor="V001", mode=mode, encoding=None))


if __name__ == "__main__":
    unittest.main()

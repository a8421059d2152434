"""Compares an enriched list with what `Tests/Servers/zoominfo_server.py` says of each of its contacts.

usage: zoominfo.py INPUT OUTPUT        CSV files; prints what is wrong: nothing if every record is there, in order, as it must be
"""

import csv
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "Servers"))
import zoominfo_server

# What the server calls the columns of the list.
PERSON = {"email": "emailAddress", "first_name": "firstName", "last_name": "lastName", "company": "companyName"}
COMPANY = {"company": "companyName", "website": "companyWebsite"}


def question(record, names):
    return {theirs: record[ours] for ours, theirs in names.items() if record.get(ours)}


def contact(record):
    """Whether it may be asked for, and what is known of it."""
    given = question(record, PERSON)
    if "emailAddress" in given or {"firstName", "lastName", "companyName"} <= given.keys():
        return True, zoominfo_server.person(given)
    return False, None


def company(record):
    given = question(record, COMPANY)
    return bool(given), zoominfo_server.company(given) if given else None


def new_contact(record):
    """Of a company without a person one is searched."""
    if set(question(record, PERSON)) - {"companyName"} or not question(record, COMPANY):
        return False, None
    return True, zoominfo_server.somebody(record.get("company", ""))


GROUPS = {"contact": contact, "company": company, "new_contact": new_contact}


def camel(name):
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def differences(record, enriched):
    yield from ((column, value) for column, value in record.items() if enriched[column] != value)
    is_asked, is_found = False, False
    for group, ask in GROUPS.items():
        columns = {column: column.removeprefix(f"enriched_{group}_") for column in enriched}
        asked, known = ask(record)
        for column, name in columns.items():
            if name != column:
                is_asked, is_found = is_asked or asked, is_found or known is not None
                value = (known or {}).get(camel(name))
                if enriched[column] != ("" if value is None else str(value)):
                    yield column, value
    status = "matched" if is_found else "no_match" if is_asked else "not_asked"
    expected = {"enrichment_status": status, "enrichment_providers": "zi" if is_found else "", "enrichment_error": ""}
    yield from ((column, value) for column, value in expected.items() if enriched[column] != value)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


before, after = read(sys.argv[1]), read(sys.argv[2])
if len(before) != len(after):
    print(f"{len(after)} records instead of {len(before)}")
if "enriched_contact_job_title" not in after[0]:
    print("nobody was asked for contacts")
for number, (record, enriched) in enumerate(zip(before, after), 1):
    for column, value in differences(record, enriched):
        print(f"record {number}: {column} is {enriched[column]!r} instead of {value!r}")

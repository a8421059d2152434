#!/usr/bin/env python3
"""What other shops' exports must give when they are read through the mappings of examples/mappings.

    foreign.py [--data ../shared/data/products] [--mappings examples/mappings] [NAME …]
    foreign.py --mapping MAPPING.json [--vendor V001] [--errors OUT] [--products OUT] FILE

One JSON object per file: counts, errors by type, rows skipped because they are no products, and the categories that
must be in the whitelist. All files go into one catalogue, one vendor per mapping, each category of a file approved.
"""
import argparse
import json
import pathlib

import oracle
import rules
from mapping import Mapping

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = {
    "shopify": ["shopify/apparel.csv", "shopify/home-and-garden.csv", "shopify/jewelery.csv"],
    "woocommerce": ["woocommerce/sample_products.csv"],
    "magento": ["magento/products.csv"],
    "adidas": ["adidas/adidas_usa.csv"],
    "amazon-software": ["amazon-software/Amazon.csv"],
    "bigbasket": ["bigbasket/BigBasket Products.csv"],
}


def upload(catalogue, mapping_path, path, vendor):
    mapping, data = Mapping(mapping_path), pathlib.Path(path).read_bytes()
    rows = list(mapping.rows(data))
    names = sorted({row["category"] for *_, row, problem in rows if not problem and row["category"]})
    known = set(catalogue.categories.active) | set(names)
    catalogue.categories = rules.Categories(dict.fromkeys(known, True))
    outcome = catalogue.upload(iter(rows), vendor)
    about = {"file": str(path), "mapping": pathlib.Path(mapping_path).name, "vendorId": vendor}
    return {**about, **outcome.summary(), "skippedRows": mapping.skipped, "categories": names}, outcome


def main():
    parser = argparse.ArgumentParser(description="what foreign catalogues must give")
    parser.add_argument("names", nargs="*", help="mappings to run, or one file with --mapping")
    parser.add_argument("--data", default=ROOT.parent / "shared/data/products", type=pathlib.Path)
    parser.add_argument("--mappings", default=ROOT / "examples/mappings", type=pathlib.Path)
    parser.add_argument("--mapping")
    parser.add_argument("--vendor")
    parser.add_argument("--errors")
    parser.add_argument("--products")
    options = parser.parse_args()
    if options.mapping:
        vendor = options.vendor or pathlib.Path(options.mapping).stem
        work = [(options.mapping, path, vendor) for path in options.names]
    else:
        work = [(options.mappings / f"{name}.json", options.data / path, options.vendor or name)
                for name in options.names or FILES for path in FILES[name]]
    catalogue, errors = oracle.Catalogue({}), []
    names = ("file", "row_number", "line_number", "error_type", "error_message", "field")
    for mapping, path, vendor in work:
        about, outcome = upload(catalogue, mapping, path, vendor)
        print(json.dumps(about, ensure_ascii=False))
        errors += [dict(zip(names, (str(path), *error))) for error in outcome.errors]
    if options.errors:
        oracle.write(options.errors, names, errors)
    if options.products:
        rows = [{"vendor_id": key[0], **product, "attributes": oracle.attributes_text(product)}
                for key, product in sorted(catalogue.products.items())]
        oracle.write(options.products, ("vendor_id", *rules.COLUMNS, "attributes"), rows)


if __name__ == "__main__":
    main()

"""The peer of P1 and P2: polars, the number of threads set by POLARS_MAX_THREADS. One JSON line, like parse-benchmark.

    polars_peer.py parse|rules FILE --categories FILE --runs N
"""
import argparse
import json
import os
import time

import polars as pl

LENGTHS = {"product_name": 200, "description": 2000, "vendor_product_id": 100, "sku": 100}
REQUIRED = ["vendor_product_id", "product_name", "category", "sku", "price", "stock_quantity"]


def refused(categories):
    """Rules 1 to 4 and 7 as one expression, as a polars user would write them; no trimming, no messages."""
    price, stock = pl.col("price"), pl.col("stock_quantity")
    good = (
        pl.all_horizontal(pl.col(REQUIRED).is_not_null())
        & price.str.contains(r"^[+-]?[0-9]+(\.[0-9]{1,2})?$")
        & price.cast(pl.Float64, strict=False).is_between(0.01, 999999.99)
        & stock.str.contains(r"^[+-]?[0-9]+$")
        & stock.cast(pl.Int64, strict=False).is_between(0, 1000000)
        & pl.col("category").is_in(categories)
    )
    for column, limit in LENGTHS.items():
        good &= (pl.col(column).str.len_chars() <= limit).fill_null(True)
    return ~good.fill_null(False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("parse", "rules"))
    parser.add_argument("file")
    parser.add_argument("--categories", required=True)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with open(options.categories, encoding="utf-8") as file:
        categories = file.read().splitlines()[1:]
    seconds, errors = [], 0
    for _ in range(options.runs):
        start = time.perf_counter()
        frame = pl.read_csv(options.file, infer_schema=False)
        if options.what == "rules":
            errors = int(frame.select(refused(categories).sum()).item())
        seconds.append(time.perf_counter() - start)
        rows = frame.height
        del frame
    size = os.path.getsize(options.file)
    print(json.dumps({"seconds": seconds, "rows": rows, "bytes": size, "errors": errors, "threads": pl.thread_pool_size()}))


if __name__ == "__main__":
    main()

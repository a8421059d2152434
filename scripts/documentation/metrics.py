"""The families of metrics, from the code that counts."""

from pages import table


def render(families):
    rows = [(f"`{f['name']}`", f["type"], labels(f), meaning(f)) for f in families]
    return "## Families\n\n" + table(["family", "type", "labels", "meaning"], rows)


def labels(family):
    return ", ".join(f"`{label}`" for label in family["labels"])


def meaning(family):
    bounds = family.get("buckets")
    return family["help"] + (f" Buckets: {', '.join(f'{bound:g}' for bound in bounds)} s." if bounds else "")

"""The settings, from the table in the code that reads them."""

from pages import table


def render(sections):
    return "\n\n".join(f"## {section['title']}\n\n{rows(section['settings'])}" for section in sections)


def rows(entries):
    return table(
        ["variable", "default", "meaning", "example"],
        [(f"`{e['name']}`", e["fallback"], meaning(e), f"`{e['example']}`") for e in entries],
    )


def meaning(entry):
    return entry["meaning"] + (f" ({entry['bounds']})" if "bounds" in entry else "")

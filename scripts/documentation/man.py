"""Pages of the manual, in the macros of man(7), from what `catalog --experimental-dump-help` says of the commands."""

from commands import name, own_arguments, shown, take, usage, visible, works

FOLDER = "docs/man"


def pages(dump):
    """{path: text}: one page for the whole and one for each command, with all below it."""
    root = dump["command"]
    commands = [command for command in root["subcommands"] if visible(command)]
    made = {f"{FOLDER}/catalog.1": overview(root, commands)}
    for command in commands:
        page = name(command).replace(" ", "-")
        made[f"{FOLDER}/{page}.1"] = of(command, page)
    return made


def head(page, abstract):
    return [
        '.\\" made by make docs', f'.TH {page.upper()} 1 "" "Catalog" "Catalog manual"',
        ".SH NAME", f"{text(page)} \\- {text(abstract.rstrip('.'))}",
    ]


def overview(root, commands):
    lines = [*head("catalog", root["abstract"]), ".SH SYNOPSIS", ".B catalog", ".I COMMAND", "[OPTIONS]"]
    lines += paragraphs(root.get("discussion", ""), ".SH DESCRIPTION")
    lines.append(".SH COMMANDS")
    for command in commands:
        lines += [".TP", f".BR {name(command).replace(' ', '-')} (1)", text(command["abstract"])]
    lines += [
        ".SH ENVIRONMENT", "Settings are variables that begin with CATALOG_; docs/reference/settings.md describes each.",
        ".SH EXIT STATUS", "0 if all is well; 64 for wrong usage; what else is said by each command.",
        ".SH SEE ALSO", ".BR psql (1)",
    ]
    return "\n".join(lines) + "\n"


def of(command, page):
    lines = head(page, command["abstract"])
    leaves = list(below(command))
    lines.append(".SH SYNOPSIS")
    for leaf in leaves:
        lines += [text(usage(leaf)), ".br"]
    lines.pop()
    lines += paragraphs(command.get("discussion", ""), ".SH DESCRIPTION")
    if works(command):
        lines += options(command, ".SH OPTIONS")
    for leaf in leaves:
        if leaf is command:
            continue
        lines += [f".SH {text(name(leaf)).upper()}", text(leaf["abstract"])]
        lines += paragraphs(leaf.get("discussion", ""), None)
        lines += options(leaf, None)
    lines += [".SH SEE ALSO", ".BR catalog (1)"]
    return "\n".join(lines) + "\n"


def below(command):
    """The commands that do something, in their order."""
    if works(command):
        yield command
    for child in command.get("subcommands", []):
        if visible(child):
            yield from below(child)


def options(command, heading):
    lines = []
    for argument in own_arguments(command):
        meaning = argument.get("abstract", "")
        if values := argument.get("allValues"):
            meaning += " Values: " + ", ".join(values) + "."
        if default := argument.get("defaultValue"):
            meaning += f" Default: {default}."
        lines += [".TP", f"\\fB{text(shown(argument))}\\fR", text(meaning)]
    return [heading, *lines] if lines and heading else lines


def paragraphs(discussion, heading):
    """Paragraphs as they are; examples, which are indented, with their line breaks."""
    lines, made = discussion.splitlines(), []
    while lines:
        if lines[0].startswith("  "):
            made += [".PP", ".nf", ".RS 4"]
            made += [text(line[2:]) for line in take(lines, lambda line: line.startswith("  "))]
            made += [".RE", ".fi"]
        elif not lines[0].strip():
            lines.pop(0)
        else:
            paragraph = take(lines, lambda line: line.strip() and not line.startswith("  "))
            made += [".PP", *[text(line) for line in paragraph]]
    return [heading, *made[1 if made[0] == ".PP" and made[1] != ".nf" else 0:]] if made and heading else made


def text(value):
    """A line that troff prints as it stands: no escapes, no requests, hyphens that can be copied, and what is not ASCII by its number."""
    line = " ".join(str(value).split()).replace("\\", "\\e").replace("-", "\\-")
    line = "".join(sign if sign.isascii() else f"\\[u{ord(sign):04X}]" for sign in line)
    return ("\\&" + line) if line[:1] in (".", "'") else line

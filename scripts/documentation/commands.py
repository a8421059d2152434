"""The commands, from what `catalog --experimental-dump-help` says of them."""

from pages import plain, table

EVERYWHERE = {"help"}


def render(dump):
    root = dump["command"]
    shown = [command for command in root["subcommands"] if visible(command)]
    overview = table(["command", "what it does"], [(f"[`{name(c)}`](#{anchor(c)})", c["abstract"]) for c in shown])
    return "\n\n".join([overview, *[section(command) for command in shown]])


def visible(command):
    return command["shouldDisplay"] and command["commandName"] != "help"


def name(command):
    return " ".join([*command.get("superCommands", []), command["commandName"]])


def anchor(command):
    return name(command).replace(" ", "-")


def section(command):
    level = "#" * (2 + len(command.get("superCommands", [])))
    parts = [f"{level} {name(command)}", command["abstract"]]
    children = [child for child in command.get("subcommands", []) if visible(child)]
    if works(command):
        parts.append(f"```text\n{usage(command)}\n```")
    if "discussion" in command:
        parts.append(discussion(command["discussion"]))
    arguments = own_arguments(command)
    if arguments:
        parts.append(table(["argument", "meaning", "default"], [row(argument) for argument in arguments]))
    return "\n\n".join([*parts, *[section(child) for child in children]])


def works(command):
    """Whether it does something by itself, also where there are others below it: only such a command takes options."""
    return not any(visible(child) for child in command.get("subcommands", [])) or bool(own_arguments(command))


def own_arguments(command):
    return [
        argument for argument in command.get("arguments", [])
        if argument["shouldDisplay"] and argument.get("preferredName", {}).get("name") not in EVERYWHERE
    ]


def usage(command):
    words = [name(command)]
    for argument in own_arguments(command):
        word = shown(argument) + (" …" if argument["isRepeating"] else "")
        words.append(f"[{word}]" if argument["isOptional"] else word)
    return " ".join(words)


def shown(argument):
    value = argument["valueName"].upper()
    if argument["kind"] == "positional":
        return value
    option = f"--{argument['preferredName']['name']}"
    return option if argument["kind"] == "flag" else f"{option} {value}"


def row(argument):
    meaning = argument.get("abstract", "")
    if values := argument.get("allValues"):
        meaning += " Values: " + ", ".join(f"`{value}`" for value in values) + "."
    default = argument.get("defaultValue", "")
    return f"`{shown(argument)}`", meaning, f"`{default}`" if default else ""


def discussion(text):
    """Paragraphs as they are; examples, which are indented or follow "Example:", as commands."""
    parts, lines = [], text.splitlines()
    while lines:
        if lines[0].startswith("  "):
            commands = take(lines, lambda line: line.startswith("  "))
            parts.append("```text\n" + "\n".join(line[2:] for line in commands) + "\n```")
        elif not lines[0].strip():
            lines.pop(0)
        else:
            paragraph = take(lines, lambda line: line.strip() and not line.startswith("  "))
            parts.append(plain("\n".join(paragraph)).replace("Example: ", "Example:\n\n```text\n") + (
                "\n```" if paragraph[0].startswith("Example: ") else ""))
    return "\n\n".join(parts)


def take(lines, belongs):
    taken = []
    while lines and belongs(lines[0]):
        taken.append(lines.pop(0))
    return taken

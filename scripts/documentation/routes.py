"""The routes, from the OpenAPI document that a running service gives."""

from pages import table

METHODS = ["get", "put", "post", "patch", "delete"]


def render(document):
    routes = sorted(
        ((path, method) for path, methods in document["paths"].items() for method in methods),
        key=lambda route: (route[0], METHODS.index(route[1])),
    )
    overview = table(
        ["route", "what", "who"],
        [(f"`{m.upper()} {p}`", document["paths"][p][m]["summary"], roles(document["paths"][p][m])) for p, m in routes],
    )
    return "\n\n".join([overview, *[section(path, method, document["paths"][path][method]) for path, method in routes]])


def roles(operation):
    if "security" not in operation:
        return "anybody"
    return operation.get("description", "").removeprefix("Roles: ").removesuffix(".")


def section(path, method, operation):
    parts = [f"## {method.upper()} {path}", operation["summary"]]
    if values := [row(parameter) for parameter in operation.get("parameters", [])]:
        parts.append(table(["value", "in", "kind", "meaning"], values))
    if body := operation.get("requestBody"):
        parts.append("Body: " + ", ".join(f"`{kind}`" for kind in sorted(body["content"])) + ".")
        for kind, content in sorted(body["content"].items()):
            if fields := members(content.get("schema", {})):
                parts.append(f"Members of `{kind}`:\n\n" + table(["member", "kind", "meaning"], fields))
    answers = sorted(operation["responses"].items())
    parts.append(table(["status", "answer"], [(code, answer.get("description", "")) for code, answer in answers]))
    return "\n\n".join(parts)


def row(parameter):
    name = f"`{parameter['name']}`" + (" (required)" if parameter["required"] else "")
    return name, parameter["in"], kind(parameter["schema"]), parameter.get("description", "")


def members(schema):
    required = schema.get("required", [])
    return [
        (f"`{name}`" + (" (required)" if name in required else ""), kind(value), value.get("description", ""))
        for name, value in sorted(schema.get("properties", {}).items())
    ]


def kind(schema):
    if "enum" in schema:
        return " or ".join("null" if value is None else f"`{value}`" for value in schema["enum"])
    text = schema.get("type", "object")
    text = " or ".join(text) if isinstance(text, list) else text
    if "format" in schema:
        text += f", {schema['format']}"
    for bound, words in [("minimum", "at least"), ("maximum", "at most"), ("maxLength", "at most")]:
        if bound in schema:
            text += f", {words} {schema[bound]:,}" + (" characters" if bound == "maxLength" else "")
    return text

"""Tables, views and functions for people, from a migrated database."""

import json
import os
import re
import subprocess

from pages import table

RELATIONS = """
select coalesce(json_agg(r order by r.schema, r.name), '[]') from (
    select n.nspname as schema, c.relname as name, case c.relkind when 'v' then 'view' else 'table' end as kind,
        obj_description(c.oid) as comment,
        (select json_agg(json_build_object(
                'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull,
                'comment', col_description(c.oid, a.attnum),
                'key', exists (select from pg_constraint k where k.conrelid = c.oid and k.contype = 'p' and a.attnum = any (k.conkey)),
                'refers', (select k.confrelid::regclass::text from pg_constraint k
                    where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum] limit 1)
            ) order by a.attnum)
         from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
        (select json_agg(json_build_object('name', k.conname, 'rule', pg_get_constraintdef(k.oid)) order by k.conname)
         from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'u', 'x')) as rules
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('catalog', 'intake', 'jobs', 'enrichment', 'relay', 'audit', 'migrations')
      and c.relkind in ('r', 'p', 'v') and not c.relispartition) r
"""
FUNCTIONS = """
select coalesce(json_agg(f order by f.name), '[]') from (
    select n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')' as name,
        obj_description(p.oid) as comment
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('catalog', 'intake', 'jobs', 'enrichment', 'relay', 'audit')
      and p.prorettype <> 'trigger'::regtype and obj_description(p.oid) is not null) f
"""


def read(conninfo):
    return [ask(conninfo, question) for question in (RELATIONS, FUNCTIONS)]


def ask(conninfo, question):
    answer = subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", question, conninfo],
        # Names are written with their schemas, wherever the database would look for them.
        check=True, capture_output=True, text=True, env={**os.environ, "PGOPTIONS": "-c search_path="},
    )
    return json.loads(answer.stdout)


def render(relations, functions):
    overview = table(
        ["name", "kind", "what it holds"],
        [(f"[`{full(r)}`](#{full(r).replace('.', '')})", r["kind"], r["comment"] or "") for r in relations],
    )
    calls = table(["function", "what it does"], [(f"`{f['name']}`", f["comment"]) for f in functions])
    return "\n\n".join([
        "## Tables and views", overview, "## Functions to call", calls, *diagrams(relations),
        *[section(relation) for relation in relations],
    ])


def diagrams(relations):
    """Who refers to whom in the schemas whose diagram nobody draws by hand."""
    for schema in sorted({relation["schema"] for relation in relations} - {"catalog"}):
        arrows = [
            f'    {c["refers"].split(".")[1]} ||--o{{ {r["name"]} : "{c["name"]}"'
            for r in relations if r["schema"] == schema
            for c in r["columns"] if (c["refers"] or "").startswith(f"{schema}.")
        ]
        if arrows:
            yield f"## References in schema {schema}\n\n```mermaid\nerDiagram\n" + "\n".join(sorted(set(arrows))) + "\n```"


def drawn_wrongly(page, relations):
    """Tables and columns of the diagram drawn by hand that do not exist."""
    known = {r["name"]: {c["name"] for c in r["columns"]} for r in relations if r["schema"] == "catalog"}
    drawing = re.search(r"```mermaid\nerDiagram\n(.*?)```", page, re.S)[1]
    for name, body in re.findall(r"^    (\w+) \{\n(.*?)^    \}", drawing, re.S | re.M):
        if name not in known:
            yield f"the diagram has a table {name} that does not exist"
        for column in re.findall(r"^        \w+ (\w+)", body, re.M):
            if name in known and column not in known[name]:
                yield f"the diagram has a column {name}.{column} that does not exist"


def full(relation):
    return f"{relation['schema']}.{relation['name']}"


def section(relation):
    parts = [f"## {full(relation)}"]
    if relation["comment"]:
        parts.append(relation["comment"])
    parts.append(table(["column", "type", "meaning"], [row(column, relation) for column in relation["columns"]]))
    if relation["rules"]:
        rules = [(f"`{rule['name']}`", f"`{rule['rule']}`") for rule in relation["rules"]]
        parts.append(table(["rule", "definition"], rules))
    return "\n\n".join(parts)


def row(column, relation):
    words = []
    if column["key"]:
        words.append("primary key")
    if column["refers"]:
        words.append(f"→ `{column['refers']}`")
    if column["comment"]:
        words.append(column["comment"])
    kind = column["type"]
    if relation["kind"] == "table" and not column["required"]:
        kind += ", may be null"
    return f"`{column['name']}`", kind, "; ".join(words)

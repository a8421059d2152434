"""The files of deploy/, and how those of CloudFormation are read."""

import functools
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TEMPLATE = "deploy/cloudformation/catalog.yml"


def tracked(*patterns):
    """Names of the files that are in git or could be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return sorted({name for name in listed.stdout.splitlines() if (ROOT / name).is_file()})


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


class _Loader(yaml.SafeLoader):
    """Reads `!Ref X` as {"Ref": "X"} and `!Sub …` as {"Fn::Sub": …}."""


def _function(loader, tag, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _function)


@functools.cache
def template():
    return yaml.load(text(TEMPLATE), _Loader)


def resources(kind, of=None):
    found = (of or template())["Resources"].items()
    return {name: resource["Properties"] for name, resource in found if resource["Type"] == kind}


def documents(name):
    return [document for document in yaml.safe_load_all(text(name)) if document]

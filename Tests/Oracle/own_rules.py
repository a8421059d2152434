"""Rules of one's own, from docs/guides/rules.md: what each says of a row."""
import json
import re
from decimal import Decimal

import rules

HOLDS = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b, "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
         ">=": lambda a, b: a >= b, ">": lambda a, b: a > b}


def read(path):
    """{name: rule} of a file."""
    with open(path, encoding="utf-8") as file:
        return json.load(file, parse_float=Decimal)


class OwnRules:
    """The rules for one upload; values that have to be unique are remembered."""

    def __init__(self, all_rules, vendor, mode, empty, columns):
        self.rules = [
            (name, rule) for name, rule in sorted(all_rules.items())
            if rule.get("vendorId", vendor) == vendor and self.may_break(rule, mode, empty, columns)
        ]
        self.seen = {}

    @staticmethod
    def may_break(rule, mode, empty, columns):
        """An update misses nothing that its file does not have, or that stays where it is empty."""
        wants = rule.get("required") or "requiredIf" in rule
        return mode != "update" or not wants or empty == "clear" and rule["column"] in columns

    def findings(self, number, row):
        """(type, message, field) of a row: errors, then warnings."""
        found = []
        for name, rule in self.rules:
            if rule.get("category", row.get("category", "")) != row.get("category", ""):
                continue
            words = self.broken(name, rule, number, row)
            if words is None:
                continue
            kind = "CUSTOM_WARNING" if rule.get("severity") == "warning" else "CUSTOM_RULE"
            found.append((kind, f"{rule.get('message', words)} (rule '{name}')", rule["column"]))
        return [f for f in found if f[0] == "CUSTOM_RULE"], [f for f in found if f[0] == "CUSTOM_WARNING"]

    def broken(self, name, rule, number, row):
        column = rule["column"]
        value = row.get(column, "")
        if rule.get("required"):
            return None if value else f"{column} must be filled in"
        if "requiredIf" in rule:
            other = rule["requiredIf"]
            return f"{column} must be filled in where {other} is" if not value and row.get(other) else None
        if not value:
            return None
        if rule.get("unique"):
            first = self.seen.setdefault((name, value), number)
            return f"{column} must be unique in the file, row {first} has it" if first < number else None
        words = self.wrong(rule, column, value, row)
        return words and f"{words}: '{rules.cut(value)}'"

    @staticmethod
    def wrong(rule, column, value, row):
        if "pattern" in rule:
            pattern = rule["pattern"].removeprefix("^").removesuffix("$")
            fits = re.compile(pattern, re.ASCII | re.DOTALL).fullmatch(value)
            return None if fits else f"{column} must have the form {rule['pattern']}"
        if "oneOf" in rule:
            shown = ", ".join(f"'{one}'" for one in rule["oneOf"][:10]) + (", …" if len(rule["oneOf"]) > 10 else "")
            return None if value in rule["oneOf"] else f"{column} must be one of {shown}"
        if "minimum" in rule or "maximum" in rule:
            low, high, number = rule.get("minimum"), rule.get("maximum"), numeric(column, value, bounded=False)
            fits = number is None or outside(number, low, high) is False
            return None if fits else f"{column} must be {bounds(low, high)}"
        if "minLength" in rule or "maxLength" in rule:
            low, high = rule.get("minLength"), rule.get("maxLength")
            return f"{column} must have {bounds(low, high)} characters" if outside(len(value), low, high) else None
        other = rule["with"]
        pair = (value, row.get(other, ""))
        if column in rules.NUMBERS:
            pair = (numeric(column, value), numeric(other, row.get(other, "")))
        if None in pair or "" in pair:
            return None
        return None if HOLDS[rule["compare"]](*pair) else f"{column} must be {rule['compare']} {other}"


def outside(value, low, high):
    return low is not None and value < low or high is not None and value > high


def bounds(low, high):
    if low is not None and high is not None:
        return f"from {low} to {high}"
    return f"at least {low}" if low is not None else f"at most {high}"


def numeric(column, value, bounded=True):
    """None where the column's own rule finds a mistake already."""
    low, high, decimals = rules.NUMBERS[column]
    match = rules.NUMBER.fullmatch(value)
    if not match or len(match[1] or "") > decimals:
        return None
    number = Decimal(value)
    return number if not bounded or Decimal(low) <= number <= Decimal(high) else None

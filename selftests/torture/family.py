#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Prints what the netlink specification says of each command and attribute, as
tables in C, so that the fuzzer knows a command on the day that it is specified.

  family.py SPECIFICATION > family.h
"""

import sys

import yaml

KINDS = {"u16": 2, "u32": 4, "u64": 8, "string": 16, "binary": 0, "nest": 0, "pad": 0}


def identifier(name):
    """A name of the specification as one in C."""
    return name.replace("-", "_") + "_attrs"


def limits(attr, enums):
    """The least and the greatest value, or the bits that may be set."""
    checks = attr.get("checks", {})
    least = checks.get("min", 0)
    greatest = checks.get("max")
    if greatest is None and "enum" in attr:
        entries = len(enums[attr["enum"]])
        greatest = (1 << entries) - 1 if attr.get("enum-as-flags") else entries - 1
    if greatest is None:
        greatest = 0xffff if attr["type"] == "u16" else 0xffffffff
    return least, greatest


def number_sets(spec):
    """The attributes of each set with their numbers, in the order of the file."""
    sets = {}
    for one in spec["attribute-sets"]:
        if "subset-of" in one:
            whole = {attr["name"]: attr for attr in sets[one["subset-of"]]}
            sets[one["name"]] = [whole[attr["name"]] for attr in one["attributes"]]
            continue
        sets[one["name"]] = [dict(attr, number=number)
                             for number, attr in enumerate(one["attributes"], 1)]
    return sets


def print_attr(attr, enums):
    """One line of a set."""
    least, greatest = limits(attr, enums)
    nested = attr.get("nested-attributes")
    size = attr.get("checks", {}).get("exact-len", KINDS[attr["type"]])
    print(f'\t{{ "{attr["name"]}", {attr["number"]}, KIND_{attr["type"].upper()}, '
          f'{size}, {least}U, {greatest}U, '
          f'{str(bool(attr.get("multi-attr"))).lower()}, '
          f'{identifier(nested) if nested else "NULL"} }},')


def asked_for(spec, sets):
    """The names of the sets that requests are made of."""
    names = {op["attribute-set"] for op in spec["operations"]["list"] if "event" not in op}
    for name in list(names):
        names |= {attr["nested-attributes"] for attr in sets[name]
                  if "nested-attributes" in attr}
    return names


def print_sets(spec, sets, enums):
    """The sets of requests; one that is nested in another comes before it."""
    names = asked_for(spec, sets)
    for name in (name for name in sets if name in names):
        attrs = sets[name]
        print(f"static const struct attr {identifier(name)}[] = {{")
        for attr in attrs:
            print_attr(attr, enums)
        print("\t{ }\n};\n")


def print_commands(spec, sets):
    """What can be asked for; an event cannot."""
    print("static const struct command commands[] = {")
    for number, op in enumerate(spec["operations"]["list"], 1):
        if "event" in op:
            continue
        wanted = op.get("do", op.get("dump"))["request"]["attributes"]
        mask = sum(1 << attr["number"] for attr in sets[op["attribute-set"]]
                   if attr["name"] in wanted)
        print(f'\t{{ "{op["name"]}", {number}, {str("dump" in op).lower()}, '
              f'{identifier(op["attribute-set"])}, {mask:#x}U }},')
    print("};")


def main():
    """The header on standard output."""
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    enums = {one["name"]: one["entries"] for one in spec["definitions"]}
    sets = number_sets(spec)
    print("/* SPDX-License-Identifier: GPL-2.0-only */")
    print("/* Do not edit: made by family.py from the netlink specification. */\n")
    print_sets(spec, sets, enums)
    print_commands(spec, sets)


main()

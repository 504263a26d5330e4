#!/usr/bin/env python3
"""The list of checks in docs/testing-your-plugin.md, as `podrun cni test --list` has it.

   checks_table.py PODRUN DOCUMENT             writes it there, between its two marks
   checks_table.py --compare PODRUN DOCUMENT   fails where what is there is another
"""
import json
import subprocess
import sys

BEGIN, END = "<!-- checks: begin -->\n", "<!-- checks: end -->\n"


def versions(check):
    newest = check["to"] == "1.1.0"
    if check["from"] == "0.1.0" and newest:
        return "all"
    return check["from"] + (" on" if newest else " to " + check["to"])


def about(check):
    return ("network" if check["of"] == "network" else "plugin") + (": " if check["roles"] else "") + ", ".join(check["roles"])


def table(checks):
    text, chapter = "", None
    for check in checks:
        if check["chapter"] != chapter:
            chapter = check["chapter"]
            text += f"\n### {check['id'].rstrip('0123456789abcdefghijklmnopqrstuvwxyz')}: {chapter}\n\n"
            text += "| | Level | A plugin that passes … | Of | Versions | Rests on |\n|---|---|---|---|---|---|\n"
        cells = [check["id"], check["level"], check["title"], about(check), versions(check), check["section"]]
        text += "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
    return text + "\n"


compare = sys.argv[1] == "--compare"
podrun, path = sys.argv[-2:]
listed = subprocess.run([podrun, "cni", "test", "--list", "--format", "json"], check=True, capture_output=True).stdout
with open(path, encoding="utf-8") as file:
    document = file.read()
head, rest = document.split(BEGIN)
old, tail = rest.split(END)
new = table(json.loads(listed)["checks"])
if compare:
    if old != new:
        sys.exit(f"{path}: the list of checks is not that of `podrun cni test --list`; write it by the target cni-checks")
else:
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + BEGIN + new + END + tail)

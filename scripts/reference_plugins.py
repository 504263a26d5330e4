#!/usr/bin/env python3
"""docs/reference-plugins.md from reports of `podrun cni test` (scripts/reference-plugins.sh).

   reference_plugins.py REPORTS NEWEST-DIRECTORY DEBIAN-VERSION
"""
import glob
import json
import os
import re
import sys

VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
SETS = {"debian": "Debian", "newest": "newest"}
MOST = 300  # characters of what was seen


def load(reports):
    found = {}
    for path in sorted(glob.glob(os.path.join(reports, "*.json"))):
        which, plugin = os.path.basename(path)[: -len(".json")].split("-", 1)
        with open(path, encoding="utf-8") as file:
            found.setdefault(plugin, {})[which] = json.load(file)
    return found


def ranges(versions):
    places = sorted(VERSIONS.index(version) for version in versions)
    parts, first = [], 0
    for i in range(len(places)):
        if i + 1 == len(places) or places[i + 1] != places[i] + 1:
            begin, end = VERSIONS[places[first]], VERSIONS[places[i]]
            parts.append(begin if begin == end else f"{begin} to {end}")
            first = i + 1
    return ", ".join(parts)


def findings(report):
    """By check: the failures of one plugin, in the order of the checks; what MUST be first."""
    by_check = {}
    for result in report["results"]:
        if result["outcome"] == "failed" and not result["known"]:
            by_check.setdefault(result["id"], []).append(result)
    order = {"MUST": 0, "SHOULD": 1}
    return sorted(by_check.values(), key=lambda results: order[results[0]["level"]])


def cell(text, newest):
    text = " ".join(text.split()).replace(newest, "$NEWEST")
    text = re.sub(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b", "MAC", text)
    if len(text) > MOST:
        text = text[:MOST] + " …"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def seen(result):
    text = result["seen"]
    evidence = [line for line in result["evidence"] if not line.startswith("known: ")]
    if evidence:
        text += ": " + evidence[0] + (f" (and {len(evidence) - 1} more)" if len(evidence) > 1 else "")
    return text


def count(report, level):
    return sum(1 for results in findings(report) if results[0]["level"] == level)


def summary(found):
    lines = ["| Plugin | Debian: MUST | SHOULD | passed | newest: MUST | SHOULD | passed |", "|---|---|---|---|---|---|---|"]
    for plugin, reports in sorted(found.items()):
        row = [f"[{plugin}](#{plugin})"]
        for which in SETS:
            if which not in reports:
                row += ["–", "–", "–"]
                continue
            report = reports[which]
            row += [str(count(report, level) or "") for level in ("MUST", "SHOULD")] + [str(report["sums"]["passed"])]
        lines.append("| " + " | ".join(row) + " |")
    return "\n".join(lines)


def not_tried(report):
    """What could not be tried, by its reason."""
    reasons = {}
    for result in report["results"]:
        if result["outcome"] == "skipped":
            reasons.setdefault(" ".join(result["seen"].split()), set()).add(result["id"])
    return reasons


def section(plugin, reports, newest):
    text = f"\n## {plugin}\n\n"
    rows, place = {}, {}
    for which, report in reports.items():
        for i, result in enumerate(report["results"]):
            place.setdefault(result["id"], i)
        for results in findings(report):
            rows.setdefault(results[0]["id"], {})[which] = results
    if rows:
        text += "| | Level | A plugin that passes … | Debian | newest | Seen | Reproduce |\n|---|---|---|---|---|---|---|\n"
        for identifier in sorted(rows, key=lambda i: (0 if next(iter(rows[i].values()))[-1]["level"] == "MUST" else 1, place[i])):
            by_set = rows[identifier]
            last = by_set.get("newest", by_set.get("debian"))[-1]
            versions = [ranges([r["version"] for r in by_set[which]]) if which in by_set else "" for which in SETS]
            command = last["reproduce"].replace(newest, "$NEWEST")
            text += (
                f"| {identifier} | {last['level']} | {cell(last['title'], newest)} | {versions[0]} | {versions[1]} | "
                f"{cell(seen(last), newest)} | `{command}` |\n"
            )
    else:
        text += "Nothing failed.\n"
    for which, report in reports.items():
        for reason, checks in sorted(not_tried(report).items()):
            names = ", ".join(sorted(checks)) if len(checks) <= 6 else f"{len(checks)} checks"
            text += f"\nNot tried here, {SETS[which]}: {names}: {cell(reason, newest)}\n"
    return text


reports, newest, debian = sys.argv[1:4]
found = load(reports)
kernel = next(iter(next(iter(found.values())).values()))["kernel"]
print(f"""# The reference plugins, tested

What `podrun cni test` finds in the plugins of containernetworking/plugins, each with the kit's own configuration: Debian's
package ({debian}) and the newest release. Written by `sudo scripts/reference-plugins.sh`, on {kernel}; what that kernel has not
is not tried, and is said.

A failure is a disagreement between a plugin and what a check rests on ([the checks](testing-your-plugin.md#the-checks)). MUST
is the specification's, or what a runtime cannot do without; many SHOULDs are what operators count on and the specification
leaves open. Versions are those of CNI that it fails in. `$NEWEST` is the directory of the newest plugins. Numbers are checks
that failed, and runs that passed. Many of these were shown again without the kit, in a few lines of shell:
[by hand](reference-plugins-by-hand.md).

{summary(found)}""")
for plugin in sorted(found):
    sys.stdout.write(section(plugin, found[plugin], newest))

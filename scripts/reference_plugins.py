#!/usr/bin/env python3
"""Tables from reports of `podrun cni test`.

   reference_plugins.py REPORTS NEWEST-DIRECTORY DEBIAN-VERSION [KEPT]      docs/reference-plugins.md (reference-plugins.sh),
                                                                            with what KEPT has of plugins without a report
   reference_plugins.py --others REPORTS OTHERS-DIRECTORY NEWEST-DIRECTORY  docs/other-plugins.md (other-plugins.sh)
"""
import glob
import json
import os
import re
import sys

VERSIONS = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"]
SETS = {"debian": "Debian", "newest": "newest"}  # as reports' names begin, and as columns are called
DIRECTORIES = {}  # of this machine: what they are called in the tables
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


def without_directories(text):
    for directory, name in DIRECTORIES.items():
        text = text.replace(directory, name)
    return text


def cell(text):
    text = without_directories(" ".join(text.split()))
    text = re.sub(r"\b[0-9a-f]{2}(:[0-9a-f]{2}){5}\b", "MAC", text)
    text = re.sub(r"/\S*/(?=[^/\s]+\.(go|s):\d+)", "", text)  # where a plugin was built says nothing of it
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


def kept_of(path):
    """Of a document that is there: by plugin its row of the summary and its section."""
    if not path:
        return {}
    with open(path, encoding="utf-8") as file:
        head, *sections = re.split(r"(?m)^(?=## )", file.read())
    rows = {re.match(r"\| \[([^]]*)", row).group(1): row for row in head.splitlines() if row.startswith("| [")}
    return {name: (rows[name], text) for text in sections for name in [text.split(None, 2)[1]]}


def summary(found, kept=None):
    of = {which: f"{name}: " if len(SETS) > 1 else "" for which, name in SETS.items()}
    lines = ["| Plugin |" + "".join(f" {of[which]}MUST | SHOULD | passed |" for which in SETS), "|---|" + "---|---|---|" * len(SETS)]
    kept = kept or {}
    for plugin in sorted({*found, *kept}):
        if plugin not in found:
            lines.append(kept[plugin][0])
            continue
        reports = found[plugin]
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


def section(plugin, reports):
    text = f"\n## {plugin}\n\n"
    rows, place = {}, {}
    for which, report in reports.items():
        for i, result in enumerate(report["results"]):
            place.setdefault(result["id"], i)
        for results in findings(report):
            rows.setdefault(results[0]["id"], {})[which] = results
    if rows:
        columns = " | ".join(SETS.values())
        text += f"| | Level | A plugin that passes … | {columns} | Seen | Reproduce |\n|---|---|---|" + "---|" * (len(SETS) + 2) + "\n"
        for identifier in sorted(rows, key=lambda i: (0 if next(iter(rows[i].values()))[-1]["level"] == "MUST" else 1, place[i])):
            by_set = rows[identifier]
            last = [by_set[which] for which in SETS if which in by_set][-1][-1]
            versions = " | ".join(ranges([r["version"] for r in by_set[which]]) if which in by_set else "" for which in SETS)
            command = without_directories(last["reproduce"])
            text += (
                f"| {identifier} | {last['level']} | {cell(last['title'])} | {versions} | "
                f"{cell(seen(last))} | `{command}` |\n"
            )
    else:
        text += "Nothing failed.\n"
    for which, report in reports.items():
        for reason, checks in sorted(not_tried(report).items()):
            names = ", ".join(sorted(checks)) if len(checks) <= 6 else f"{len(checks)} checks"
            of = f", {SETS[which]}" if len(SETS) > 1 else ""
            text += f"\nNot tried here{of}: {names}: {cell(reason)}\n"
    return text


def kernel_of(found):
    return next(iter(next(iter(found.values())).values()))["kernel"]


def reference(reports, newest, debian, kept=""):
    DIRECTORIES[newest] = "$NEWEST"
    found, kept = load(reports), kept_of(kept)
    return found, kept, f"""# The reference plugins, tested

What `podrun cni test` finds in the plugins of containernetworking/plugins, each with the kit's own configuration: Debian's
package ({debian}) and the newest release. Written by `sudo scripts/reference-plugins.sh`, on {kernel_of(found)}; what that kernel has not
is not tried, and is said. Plugins of others are in [their own list](other-plugins.md).

A failure is a disagreement between a plugin and what a check rests on ([the checks](testing-your-plugin.md#the-checks)). MUST
is the specification's, or what a runtime cannot do without; many SHOULDs are what operators count on and the specification
leaves open. Versions are those of CNI that it fails in. `$NEWEST` is the directory of the newest plugins. Numbers are checks
that failed, and runs that passed. Many of these were shown again without the kit, in a few lines of shell:
[by hand](reference-plugins-by-hand.md).

{summary(found, kept)}"""


def others(reports, directory, newest):
    DIRECTORIES.update({directory: "$OTHERS", newest: "$NEWEST"})
    SETS.clear()
    SETS["other"] = "Versions"
    found = load(reports)
    modules = ""
    for plugin in sorted(found):
        with open(os.path.join(reports, plugin + ".module"), encoding="utf-8") as file:
            modules += f"| [{plugin}](#{plugin}) | {' | '.join((file.read().split() + ['', ''])[:2])} |\n"
    return found, {}, f"""# Plugins of others, tested

What `podrun cni test` finds in plugins that others than containernetworking wrote, each with the profile that
`examples/plugin-profiles` has for it. Written by `sudo scripts/other-plugins.sh`, which says how they are built, on {kernel_of(found)}.
How to read it is said for [the reference plugins](reference-plugins.md). `$OTHERS` is the directory of these plugins, and
`$NEWEST` that of the newest reference plugins, which they call. What of it is no fault of the library that all of them are
built on was shown again [by hand](reference-plugins-by-hand.md#of-others).

| Plugin | Module | Version |
|---|---|---|
{modules}
{summary(found)}"""


found, kept, head = others(*sys.argv[2:]) if sys.argv[1] == "--others" else reference(*sys.argv[1:])
print(head)
for plugin in sorted({*found, *kept}):
    # Each begins with an empty line, and ends with its last one.
    text = section(plugin, found[plugin]) if plugin in found else "\n" + kept[plugin][1].rstrip() + "\n"
    sys.stdout.write(text)

#!/usr/bin/env python3
"""Makes docs/cni-conformance.md: which requirement is proved by which test, and with what result.

  conformance.py REQUIREMENTS.tsv OUT.md TEST-PROGRAM...

Each test program is run, and says of each test which requirements it covers (tests/covers.h). Nothing is claimed here:
a requirement that no test names is listed as untested, with the table's reason. Exit status 1 if a test failed, or if
a requirement is neither tested nor explained.
"""
import json
import os
import subprocess
import sys
import tempfile


def requirements(path):
    rows = []
    with open(path, encoding="utf-8") as table:
        for line in table:
            if line.startswith("#") or not line.strip():
                continue
            fields = line.rstrip("\n").split("\t")
            if len(fields) < 3:
                sys.exit(f"{path}: expected id, level, requirement: {line!r}")
            reason = " ".join(field for field in fields[3:] if field)
            rows.append((fields[0], fields[1], fields[2], reason))
    return rows


def run(program):
    """Yields (test, result, requirements) for each test of a program."""
    with tempfile.TemporaryDirectory() as directory:
        report = os.path.join(directory, "report.json")
        subprocess.run([program, f"--gtest_output=json:{report}"], stdout=subprocess.DEVNULL, check=False)
        with open(report, encoding="utf-8") as file:
            suites = json.load(file)["testsuites"]
    for suite in suites:
        for test in suite["testsuite"]:
            if "failures" in test:
                result = "failed"
            elif test.get("result") == "SKIPPED" or "skipped" in test:
                result = "skipped"
            else:
                result = "passed"
            yield f"{suite['name']}.{test['name']}", result, test.get("covers", "").split()


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    table, out, programs = sys.argv[1], sys.argv[2], sys.argv[3:]
    rows = requirements(table)
    proofs = {row[0]: [] for row in rows}
    aliases = {row[0]: row[3][1:].split() for row in rows if row[3].startswith("=")}
    failed = []
    for program in programs:
        for test, result, covered in run(program):
            if result == "failed":
                failed.append(test)
            for requirement in covered:
                if requirement not in proofs:
                    sys.exit(f"{test}: covers {requirement}, which is not in {table}")
                proofs[requirement].append((test, result))
    for alias, others in aliases.items():
        for other in others:
            proofs[alias] += proofs[other]
    open_rows = [alias for alias, others in aliases.items() if not all(proofs[other] for other in others)]
    open_rows += [row[0] for row in rows if not proofs[row[0]] and not row[3]]

    with open(out, "w", encoding="utf-8") as document:
        document.write("# CNI conformance\n\nMade by `cni-invoker/tests/conformance.py` from the tests; not edited by hand.\n\n")
        tested = sum(1 for row in rows if proofs[row[0]])
        document.write(f"{len(rows)} requirements, {tested} tested, {len(rows) - tested} not.\n\n")
        document.write("| # | Level | Requirement | Result | Tests |\n|---|---|---|---|---|\n")
        for identifier, level, text, reason in rows:
            results = {result for _, result in proofs[identifier]}
            worst = next((one for one in ("failed", "skipped", "passed") if one in results), "not tested")
            tests = "<br>".join(f"`{test}`" for test, _ in dict.fromkeys(proofs[identifier])) or reason
            document.write(f"| {identifier} | {level} | {text} | {worst} | {tests} |\n")

    if failed or open_rows:
        sys.exit("".join(f"failed: {test}\n" for test in failed) +
                 "".join(f"neither tested nor explained: {one}\n" for one in open_rows))


if __name__ == "__main__":
    main()

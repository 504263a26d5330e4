#!/usr/bin/env python3
"""suite_times.py DIR...: what critest's own benchmarks have written into each DIR, as a table: medians and 90th percentiles, and the first
column's as a part of each other."""
import json
import pathlib
import sys


def times_of(folder):
    """Milliseconds of each operation, by what was measured and the operation's name."""
    times = {}
    for path in sorted(pathlib.Path(folder).glob('*_benchmark_data.json')):
        data = json.loads(path.read_text())
        for point in data['datapoints']:
            for name, nanoseconds in zip(data['operationsNames'], point['operationsDurationsNs']):
                times.setdefault((path.name.removesuffix('_benchmark_data.json'), name), []).append(nanoseconds / 1e6)
    return times


def part(values, of):
    return sorted(values)[min(int(len(values) * of), len(values) - 1)]


folders = sys.argv[1:]
columns = [times_of(folder) for folder in folders]
print('\n| critest -benchmark, ms |', ' | '.join(pathlib.Path(folder).name.removeprefix('benchmark-') for folder in folders), '|')
print('|---' + '|--:' * len(folders) + '|')
for row in columns[0]:
    first = part(columns[0][row], 0.5)
    cells = []
    for column in columns:
        if not column.get(row):
            cells.append('–')
            continue
        median = part(column[row], 0.5)
        cells.append(f'{median:.2f} – {part(column[row], 0.9):.2f}' + ('' if column is columns[0] else f' ({first / median:.2f})'))
    print(f'| {row[0].replace("_", " ")}: {row[1]} |', ' | '.join(cells), '|')

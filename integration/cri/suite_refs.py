#!/usr/bin/python3
"""suite_refs.py SOURCE : every image reference that the critest sources in SOURCE can ask for on Linux, one a line.
Reads the Go string constants of pkg/framework and pkg/validate; follows `prefix + "rest"` and the architecture suffix."""
import glob, os, re, subprocess, sys
arch = {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(os.uname().machine, os.uname().machine)
text = ''
for f in sorted(glob.glob(sys.argv[1] + '/pkg/framework/*.go') + glob.glob(sys.argv[1] + '/pkg/validate/*.go')):
    if not f.endswith(('_test.go', '_windows.go')): text += open(f).read() + '\n'
text = text.replace('framework.', '').replace('runtime.GOARCH', f'"{arch}"')
const = {}
for _ in range(4):
    for name, expr in re.findall(r'^\s*(?:const |var )?(\w+)(?: string)?\s*=\s*((?:\w+|"[^"\n]*")(?:\s*\+\s*(?:\w+|"[^"\n]*"))*)\s*$', text, re.M):
        parts = [p.strip() for p in expr.split('+')]
        vals = [p[1:-1] if p.startswith('"') else const.get(p) for p in parts]
        if None not in vals: const[name] = ''.join(vals)
found = set(const.values())
for expr in re.findall(r'((?:\w+\s*\+\s*)?"[^"\n]*")', text):
    parts = [p.strip() for p in expr.split('+')]
    vals = [p[1:-1] if p.startswith('"') else const.get(p, '') for p in parts]
    found.add(''.join(vals))
ref = re.compile(r'^[a-z0-9-]+(\.[a-z0-9-]+)+/[a-z0-9._/-]*[a-z0-9](:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$')
for r in sorted(x for x in found if ref.match(x) and '/win-' not in x and re.search(r'image|nginx|busybox|httpd|pause|nonewprivs', x)):
    if '/images' in r and ':' not in r: continue
    print(r)

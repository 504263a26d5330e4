#!/usr/bin/env python3
"""races.py FILE...: of what ThreadSanitizer has reported, the races between two places in podrun's own code, and whatever else it names
one of them in. Prints them, and how many reports there were; ends with 1 where any is podrun's.

Debian's gRPC is built without the sanitizer, which therefore does not see what keeps gRPC's threads apart: every message, socket and
descriptor that one of them hands to another looks like a race."""
import re
import sys

FRAME = re.compile(r'^\s+#\d+ (.*)$', re.M)
OURS = re.compile(r'(podrun|cni)::')
# What podrun calls on its own things: the standard library's and protobuf's headers, compiled with it and so with a place in a file, and
# the sanitizer's stand-ins for libc.
CALLED = re.compile(r'.*( /usr/include/\S+:\d+ | specs/generated/\S+:\d+ |\(libtsan)')


def is_ours(stack):
    for frame in FRAME.findall(stack):
        if OURS.search(frame.split('(')[0]):
            return True
        if not CALLED.match(frame):
            return False
    return False


ours = total = 0
for name in sys.argv[1:]:
    for report in open(name, errors='replace').read().split('WARNING: ThreadSanitizer: ')[1:]:
        total += 1
        stacks = report.split('\n\n')
        if report.startswith('data race ('):
            counts = all(is_ours(stack) for stack in stacks[:2])  # the two accesses
        else:  # a lock taken twice or in another order, a signal's handler ...
            counts = any(is_ours(stack) for stack in stacks)
        if counts:
            ours += 1
            print(report)
print(f'{total} reports, {ours} of podrun\'s own code')
sys.exit(ours != 0)

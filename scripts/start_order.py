#!/usr/bin/env python3
"""Which functions of a program are used, in the order of their first use, as a script for the linker.

   start_order.py MAP PROGRAM COMMANDS    writes that of MAP's program to stdout (scripts/start-order.sh)

MAP is the linker's own, COMMANDS a file of command lines in which PROGRAM is run, one a line. Each is run with a
breakpoint on each function, which is taken away where it is hit: so a function costs one stop, and what it does after
that nothing. Children are followed until they become other programs. For x86-64.
"""
import bisect
import ctypes
import os
import re
import shlex
import signal
import subprocess
import sys

TRACEME, CONT, GETREGS, SETREGS, DETACH, SETOPTIONS = 0, 7, 12, 13, 17, 0x4200
FORK, VFORK, CLONE, EXEC = 1, 2, 3, 4  # events; each option is the bit of its event
OPTIONS = 1 << FORK | 1 << VFORK | 1 << CLONE | 1 << EXEC | 1 << 20  # the last: they end with us
RIP = 16  # among the registers, as user_regs_struct(5) has them
WALL = 0x40000000
BREAKPOINT = b"\xcc"

libc = ctypes.CDLL(None, use_errno=True)


def ptrace(request, pid, data=0):
    where = ctypes.c_void_p(data) if isinstance(data, int) else ctypes.byref(data)
    libc.ptrace(ctypes.c_long(request), ctypes.c_long(pid), None, where)


def read_map(path):
    """The pieces that the linker made .text of: address, size, name of the section, file."""
    pieces, name, inside = [], None, False
    for line in open(path):
        if line.startswith("."):
            inside = line.startswith(".text")
        if not inside:
            continue
        if named := re.match(r" (\.text\S*)\s*$", line):
            name = named[1]
        elif placed := re.match(r" (?:(\.text\S*)| {14})\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S.*)$", line):
            section = placed[1] or name
            if section and int(placed[3], 16):
                pieces.append((int(placed[2], 16), int(placed[3], 16), section, placed[4].strip()))
            name = None
    return sorted(pieces)


def functions_of(program):
    for line in subprocess.check_output(["nm", "--defined-only", program], text=True).splitlines():
        address, kind, _ = line.split(maxsplit=2)
        if kind in "tTwWi":
            yield int(address, 16)


def memory_of(pid):
    return open(f"/proc/{pid}/mem", "r+b", buffering=0)


def set_breakpoints(pid, functions):
    """What was there before them, by address."""
    originals = {}
    with memory_of(pid) as memory:
        for address in functions:
            originals[address] = os.pread(memory.fileno(), 1, address)
            os.pwrite(memory.fileno(), BREAKPOINT, address)
    return originals


def run(argv, program, functions, used):
    """Runs it and adds to `used` what is called, in that order."""
    pid = os.fork()
    if pid == 0:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        ptrace(TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        os.execvp(argv[0], argv)
    os.waitpid(pid, 0)
    ptrace(SETOPTIONS, pid, OPTIONS)
    ptrace(CONT, pid)
    originals = {}
    registers = (ctypes.c_ulonglong * 27)()
    while True:
        try:
            stopped, status = os.waitpid(-1, WALL)
        except ChildProcessError:
            return
        if not os.WIFSTOPPED(status):
            continue
        event, deliver = status >> 16, 0
        if event == EXEC:
            if os.readlink(f"/proc/{stopped}/exe") != program or originals:
                ptrace(DETACH, stopped)
                continue
            originals = set_breakpoints(stopped, functions)
        elif event == 0 and os.WSTOPSIG(status) == signal.SIGTRAP:
            ptrace(GETREGS, stopped, registers)
            address = registers[RIP] - 1
            if address in originals:
                used.setdefault(address)
                with memory_of(stopped) as memory:
                    os.pwrite(memory.fileno(), originals[address], address)
                registers[RIP] = address
                ptrace(SETREGS, stopped, registers)
        elif event == 0 and os.WSTOPSIG(status) != signal.SIGSTOP:
            deliver = os.WSTOPSIG(status)
        ptrace(CONT, stopped, deliver)


def pattern_of(section, file):
    """None for what has no name of its own: all of a file's functions in one section."""
    if section.startswith(".text._Z") or section.startswith(".text.unlikely._Z"):
        return f"*({section})"
    archived = re.match(r".*/(lib[^/(]+\.a)\((.*)\)$", file)
    return f"*{archived[1]}:{archived[2]}({section})" if archived else None


def main():
    map_file, program, commands = sys.argv[1:]
    program = os.path.realpath(program)
    pieces = read_map(map_file)
    functions = set(functions_of(program))
    used = {}
    for line in open(commands):
        run(shlex.split(line), program, functions, used)
    patterns = {}
    for address in used:
        start, size, section, file = pieces[max(0, bisect.bisect(pieces, (address + 1,)) - 1)]
        pattern = pattern_of(section, file)
        if pattern and start <= address < start + size:
            patterns.setdefault(pattern)
    print("/* What a start of podrun uses, side by side. Written by scripts/start-order.sh; a name that is no more is none. */")
    print("SECTIONS { .text.start : {", *patterns, "} } INSERT BEFORE .text;", sep="\n")


main()

#!/usr/bin/env python3
"""The small faults that scripts/mutate.sh tries: lists them, and writes one into a file.

  mutants.py list [--sample N] [--seed S] [--except LIST] FILE…   one a line: number, file, line, what is changed
  mutants.py apply FILE NUMBER                                    FILE with that change, on stdout

A lexer is enough: what it takes for a statement and is none does not compile, and is not counted. clang-format puts
spaces around every operator of two operands and around no bracket of a template, which tells them apart.
"""
import argparse
import collections
import hashlib
import re
import sys
from typing import NamedTuple

TOKEN = re.compile(
    r"""(?P<space>\s+|//[^\n]*|/\*.*?\*/|^[ \t]*\#(?:\\\n|[^\n])*)
    |(?P<string>R"(?P<raw>\w*)\(.*?\)(?P=raw)"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+')
    |(?P<number>\d[\w'.]*)
    |(?P<word>[A-Za-z_]\w*)
    |(?P<operator>::|->|\+\+|--|&&|\|\||<=>|[-=!<>+*/%&|^]=|.)""",
    re.VERBOSE | re.DOTALL | re.MULTILINE)

OPERATORS = {"==": "!=", "!=": "==", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&&": "||", "||": "&&",
             "+": "-", "-": "+"}
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min", "any_of": "all_of", "all_of": "any_of",
         "none_of": "all_of"}
# No statement that could be left out starts with these.
KEYWORDS = set("""alignas auto bool case catch char class const constexpr default delete do double else enum explicit
  extern float for friend goto if inline int long namespace operator private protected public return short static struct
  switch template throw try typedef typename union unsigned using virtual void volatile while""".split())


class Token(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


class Mutant(NamedTuple):
    start: int
    end: int
    text: str    # what takes the place of [start, end)
    change: str  # for a person


def tokens_of(source):
    found = [Token(m.lastgroup, m.group(), m.start(), m.end()) for m in TOKEN.finditer(source)]
    return [token for token in found if token.kind != "space"]


def closing(tokens, at):
    """The place of the bracket that closes the one at `at`."""
    depth = 0
    for i in range(at, len(tokens)):
        depth += (tokens[i].text in "([{") - (tokens[i].text in ")]}")
        if depth == 0:
            return i
    return len(tokens) - 1


def token_mutants(source, tokens):
    for i, token in enumerate(tokens):
        line = source[source.rfind("\n", 0, token.start) + 1:(source + "\n").find("\n", token.end)]
        if ".reserve(" in line or "EINTR" in line:  # how much memory, and when a signal comes, no caller can tell
            continue
        spaced = source[token.start - 1].isspace() and source[token.end:token.end + 1].isspace()
        if token.text in OPERATORS and spaced:
            if token.text not in "+-" or '"' not in line:  # with text on the line it joins strings
                yield replace(token, OPERATORS[token.text])
        elif token.text == "!" and not spaced:
            yield replace(token, "", f"'!{tokens[i + 1].text}' without its '!'")
        elif token.text in WORDS:
            yield replace(token, WORDS[token.text])
        elif token.kind == "number" and re.fullmatch(r"[\d']+", token.text):
            value = int(token.text.replace("'", ""))
            if not is_without_effect(tokens, i, value, line):
                yield replace(token, str(value + 1 if value < 100 else 0))  # a limit that is one more is as good
        elif token.kind == "string" and re.fullmatch(r'"[\w./@-]+"', token.text):
            if not re.search(r"Error|\.in\(", line):  # a key, a name or a path, no text for people
                yield replace(token, token.text[:-1] + '~"')
        elif token.text == "if" and tokens[i + 1].text == "(":
            end = closing(tokens, i + 1)
            first = max([j for j in range(i + 2, end) if tokens[j].text == ";"], default=i + 1) + 1
            condition = source[tokens[first].start:tokens[end].start]
            declares = re.search(r"[^=!<>]=[^=]", condition)
            # Of a mere !x the '!' is dropped above.
            mere_not = condition.startswith("!") and not re.search(r"&&|\|\||[=!<>]=| [<>] ", condition)
            if not declares and not mere_not:
                yield Mutant(tokens[first].start, tokens[end].start, f"!({condition})", f"if ({condition}) negated")


def is_without_effect(tokens, i, value, line):
    """Whether the number at `i` being one more is nothing that anybody could tell, or a fault made already."""
    before = [tokens[i - back].text for back in (1, 2, 3, 4)]
    after = tokens[i + 1].text
    no_errno = before[0] == "," and before[2:] == ["::", "Kind"]  # of an error that has none
    as_operator = before[0] in ("<", ">=")                         # x < 1 is x <= 0
    overwritten = before[1] in ("POLLIN", "POLLOUT")               # by poll(2)
    array = before[0] == "[" and after == "]" and tokens[i - 3].kind == "word"  # int ends[2]
    std_array = before[0] == "," and after == ">" and value < 100 and "constexpr" not in line
    return no_errno or as_operator or overwritten or array or std_array


def replace(token, text, change=None):
    return Mutant(token.start, token.end, text, change or f"{token.text} → {text}")


def statement_end(tokens, start):
    """The place of the semicolon that ends the expression statement at `start`; None where there is none."""
    first = tokens[start]
    if first.text in KEYWORDS or (first.kind != "word" and first.text not in ("::", "*", "(", "++", "--")):
        return None
    i = start
    declares = True  # until something other than a name and its qualification came
    while i < len(tokens) and tokens[i].text != ";":
        if tokens[i].text in "{})]":
            return None
        before = tokens[i - 1]
        if i > start and declares and tokens[i].kind == "word" and (before.kind == "word" or before.text in ">&*"):
            return None
        if tokens[i].text in ("=", ".", "->"):
            declares = False
        if tokens[i].text in ("(", "["):
            declares = False
            i = closing(tokens, i)
        i += 1
    return i if i < len(tokens) else None


def statement_mutants(source, tokens):
    previous = None  # the statement that ended just before
    in_header = 0    # of a for loop, up to here
    for i in range(1, len(tokens)):
        if tokens[i].text == "for":
            in_header = closing(tokens, i + 1)
        if i < in_header:
            continue
        before = tokens[i - 1].text
        # Of an if or a loop, on a line of its own.
        body = before == ")" and re.match(r"\s*\n", source[tokens[i - 1].end:])
        end = statement_end(tokens, i) if before in (";", "{", "}", "else") or body else None
        if end is None:
            continue
        start, stop = tokens[i].start, tokens[end].end
        text = source[start:stop]
        if text.endswith("= delete;"):
            continue
        yield Mutant(start, stop, ";", f"without {one_line(text)}")
        if any(token.text in ("=", "set", "put", "field") for token in tokens[i:end]):  # of members any order is right
            continue
        if previous and previous[1] == tokens[i - 1].end:
            first = source[previous[0]:previous[1]]
            if first.startswith("TRY(check_") and text.startswith("TRY(check_"):  # so is that of two checks
                continue
            yield Mutant(previous[0], stop, text + first, f"{one_line(text)} before {one_line(first)}")
        previous = (start, stop)


def one_line(text):
    words = " ".join(text.split())
    return words if len(words) <= 90 else words[:87] + "…"


def mutants_of(source):
    tokens = tokens_of(source)
    return sorted([*token_mutants(source, tokens), *statement_mutants(source, tokens)])


def known_equivalents(path):
    """Of lines FILE<TAB>CHANGE<TAB>LINE<TAB>WHY: the first three."""
    with open(path, encoding="utf-8") as file:
        return {tuple(line.rstrip("\n").split("\t")[:3]) for line in file if line.strip() and not line.startswith("#")}


def list_mutants(options):
    every = []
    excepted = known_equivalents(options.excepted) if options.excepted else set()
    for path in options.files:
        with open(path, encoding="utf-8") as file:
            source = file.read()
        lines = source.split("\n")
        seen = collections.Counter()  # the same change may be possible twice in a line
        for number, mutant in enumerate(mutants_of(source)):
            line = source.count("\n", 0, mutant.start) + 1
            change = one_line(mutant.change)
            seen[line, change] += 1
            if seen[line, change] > 1:
                change += f" ({seen[line, change]})"
            if (path, change, lines[line - 1].strip()) in excepted:
                excepted.discard((path, change, lines[line - 1].strip()))
            else:
                every.append((number, path, line, change, f"{path} {change} {lines[line - 1].strip()}"))
    for path, change, line in sorted(excepted):
        if path in options.files:
            print(f"{options.excepted}: no longer there: {path}: {change}: {line}", file=sys.stderr)
    if options.sample:
        # By what is changed, and not by where it stands: a sample stays the same while other lines change.
        every.sort(key=lambda one: hashlib.sha256(f"{options.seed} {one[4]}".encode()).digest())
        every = every[:options.sample]
    for mutant in every:
        print(*mutant[:4], sep="\t")


def apply_mutant(options):
    with open(options.file, encoding="utf-8") as file:
        source = file.read()
    mutant = mutants_of(source)[options.number]
    sys.stdout.write(source[:mutant.start] + mutant.text + source[mutant.end:])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    listing = commands.add_parser("list")
    listing.add_argument("--sample", type=int, default=0)
    listing.add_argument("--seed", type=int, default=1)
    listing.add_argument("--except", dest="excepted")
    listing.add_argument("files", nargs="+", metavar="FILE")
    listing.set_defaults(run=list_mutants)
    applying = commands.add_parser("apply")
    applying.add_argument("file", metavar="FILE")
    applying.add_argument("number", type=int, metavar="NUMBER")
    applying.set_defaults(run=apply_mutant)
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()

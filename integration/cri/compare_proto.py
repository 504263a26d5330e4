#!/usr/bin/python3
"""Compare two protobuf descriptions of one API on what goes over the wire.

usage: compare_proto.py [--subset] OURS THEIRS
  OURS, THEIRS   a .proto file (compiled with protoc) or a FileDescriptorSet (protoc --descriptor_set_out)
  --subset       what THEIRS has and OURS lacks is a warning, not an error

Compared: package, services, methods (request, response, streaming), messages, fields (number, type, label,
packed, oneof, optional, map), enums and their values, reserved numbers.  Comments, file names, order,
language options and deprecation marks are not.  Enum and field NAMES count too (JSON and text forms, and crictl's
output, carry them); a name that differs while number and type agree is reported as "renamed".
Exit: 0 same, 1 differences, 2 cannot read.
Needs Debian's python3-protobuf and protobuf-compiler.
"""
import argparse, os, re, subprocess, sys, tempfile
from google.protobuf import descriptor_pb2 as d

T = {v: k[5:].lower() for k, v in d.FieldDescriptorProto.Type.items()}
L = {v: k[6:].lower() for k, v in d.FieldDescriptorProto.Label.items()}

def load(path):
    if not path.endswith('.proto'):
        s = d.FileDescriptorSet(); s.ParseFromString(open(path, 'rb').read()); return s
    with tempfile.TemporaryDirectory() as tmp:
        # protoc before 22 does not know this option; it says nothing about the wire
        text = re.sub(r',?\s*debug_redact\s*=\s*(true|false)', '', open(path).read())
        text = re.sub(r'\[\s*\]', '', text)
        name = os.path.basename(path); open(f'{tmp}/{name}', 'w').write(text)
        r = subprocess.run(['protoc', f'-I{tmp}', f'-I{os.path.dirname(os.path.abspath(path))}', '--include_imports',
                            f'--descriptor_set_out={tmp}/out', name], capture_output=True, text=True)
        if r.returncode: sys.exit(f'{path}: protoc: {r.stderr.strip()}')
        s = d.FileDescriptorSet(); s.ParseFromString(open(f'{tmp}/out', 'rb').read()); return s

class Api:
    def __init__(self, fds):
        self.messages, self.enums, self.methods, self.packages = {}, {}, {}, set()
        for f in fds.file:
            if f.package.startswith('google.protobuf'): continue
            self.packages.add(f.package); self.proto3 = f.syntax == 'proto3'
            for m in f.message_type: self.message(f'.{f.package}', m)
            for e in f.enum_type: self.enum(f'.{f.package}', e)
            for s in f.service:
                for m in s.method:
                    self.methods[f'{f.package}.{s.name}/{m.name}'] = (m.input_type, m.output_type, m.client_streaming, m.server_streaming)
    def enum(self, scope, e):
        self.enums[f'{scope}.{e.name}'] = {v.number: v.name for v in e.value}
    def message(self, scope, m):
        name = f'{scope}.{m.name}'
        maps = {f'{name}.{n.name}': n for n in m.nested_type if n.options.map_entry}
        fields = {}
        for f in m.field:
            scalar = f.type not in (f.TYPE_STRING, f.TYPE_BYTES, f.TYPE_MESSAGE, f.TYPE_GROUP)
            packed = None
            if f.label == f.LABEL_REPEATED and scalar:
                packed = f.options.packed if f.options.HasField('packed') else self.proto3
            kind = T[f.type]
            if f.type_name in maps:
                k, v = sorted(maps[f.type_name].field, key=lambda x: x.number)
                kind = f'map<{T[k.type]},{v.type_name or T[v.type]}>'
            elif f.type_name: kind += f' {f.type_name}'
            oneof = m.oneof_decl[f.oneof_index].name if f.HasField('oneof_index') and not f.proto3_optional else None
            fields[f.number] = (f.name, (kind, L[f.label], packed, oneof, f.proto3_optional))
        reserved = {n for r in m.reserved_range for n in range(r.start, min(r.end, r.start + 1000))}
        self.messages[name] = (fields, reserved)
        for n in m.nested_type:
            if not n.options.map_entry: self.message(name, n)
        for e in m.enum_type: self.enum(name, e)

def show(a):
    kind, label, packed, oneof, opt = a
    return ' '.join(filter(None, [label, kind, 'packed' if packed else '', f'in oneof {oneof}' if oneof else '', 'explicit presence' if opt else '']))

def main():
    p = argparse.ArgumentParser(usage=__doc__); p.add_argument('--subset', action='store_true'); p.add_argument('ours'); p.add_argument('theirs')
    a = p.parse_args(); o, t = Api(load(a.ours)), Api(load(a.theirs)); bad, warn = [], []
    miss = warn if a.subset else bad
    if o.packages != t.packages: bad.append(f'package: ours {sorted(o.packages)}, theirs {sorted(t.packages)}')
    for what, x, y in (('method', o.methods, t.methods), ('message', o.messages, t.messages), ('enum', o.enums, t.enums)):
        miss += [f'{what} {n}: missing in ours' for n in sorted(y.keys() - x.keys())]
        bad += [f'{what} {n}: only in ours' for n in sorted(x.keys() - y.keys())]
    for n in sorted(o.methods.keys() & t.methods.keys()):
        if o.methods[n] != t.methods[n]: bad.append(f'method {n}: ours {o.methods[n]}, theirs {t.methods[n]}')
    for n in sorted(o.enums.keys() & t.enums.keys()):
        x, y = o.enums[n], t.enums[n]
        for i in sorted(x.keys() | y.keys()):
            if i not in x: miss.append(f'enum {n}: value {i} {y[i]} missing in ours')
            elif i not in y: bad.append(f'enum {n}: value {i} {x[i]} only in ours')
            elif x[i] != y[i]: bad.append(f'enum {n}: value {i} renamed: ours {x[i]}, theirs {y[i]}')
    for n in sorted(o.messages.keys() & t.messages.keys()):
        (x, xr), (y, yr) = o.messages[n], t.messages[n]
        for i in sorted(x.keys() | y.keys()):
            if i not in x: miss.append(f'{n}: field {i} {y[i][0]} ({show(y[i][1])}) missing in ours'); continue
            if i not in y: bad.append(f'{n}: field {i} {x[i][0]} only in ours' + (' and RESERVED in theirs' if i in yr else '')); continue
            if x[i][1] != y[i][1]: bad.append(f'{n}: field {i} {y[i][0]}: ours {show(x[i][1])}; theirs {show(y[i][1])}')
            if x[i][0] != y[i][0]: bad.append(f'{n}: field {i} renamed: ours {x[i][0]}, theirs {y[i][0]}')
        if yr - xr: warn.append(f'{n}: numbers {sorted(yr - xr)} are reserved in theirs, not in ours')
    for w in warn: print('warning:', w)
    for b in bad: print('DIFFERENT:', b)
    print(f'{len(t.methods)} methods, {len(t.messages)} messages, {sum(len(m[0]) for m in t.messages.values())} fields, {len(t.enums)} enums in theirs: '
          + (f'{len(bad)} differences, {len(warn)} warnings' if bad or warn else 'the same on the wire'))
    return 1 if bad else 0

if __name__ == '__main__': sys.exit(main())

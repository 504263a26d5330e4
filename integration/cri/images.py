#!/usr/bin/python3
"""images.py [DIR] : every image that the suites in DIR/suite-*.refs ask for, as one OCI layout DIR/images (default /var/tmp/podrun-critest).

   --push URL   upload them to a registry that speaks plain HTTP (http://127.0.0.1:5000); the host part of each reference is left out
   --list       only print what would be made
Parts come from parts.sh.  Same parts, same digests.  A reference with no recipe here is an error: a new suite wants a new image.
Variety on purpose: the e2e images are Docker manifest lists, the others OCI manifests or indexes; every list names a foreign
architecture FIRST, so a runtime that takes the first entry fails.  DIR/images/digest holds the digest of the image
that the suite asks for by digest (digest.py puts it into a copy of critest)."""
import argparse, glob, gzip, hashlib, io, json, os, re, subprocess, sys, tarfile, urllib.error, urllib.request

p = argparse.ArgumentParser(usage=__doc__); p.add_argument('dir', nargs='?', default='/var/tmp/podrun-critest')
p.add_argument('--push'); p.add_argument('--list', action='store_true'); arg = p.parse_args()
DIR, HERE = os.path.abspath(arg.dir), os.path.dirname(os.path.abspath(__file__))
PARTS, OUT = DIR + '/parts', DIR + '/images'
ARCH = {'x86_64': 'amd64', 'aarch64': 'arm64'}.get(os.uname().machine, os.uname().machine)
OTHER = 'arm64' if ARCH == 'amd64' else 'amd64'
TIME, DATE = 1000000000, '2001-09-09T01:46:40Z'
read = lambda path: open(path, 'rb').read()

class Layer:
    """A tar with fixed times and owners; parents are made on the way."""
    def __init__(self):
        self.buf = io.BytesIO(); self.t = tarfile.open(fileobj=self.buf, mode='w', format=tarfile.PAX_FORMAT); self.seen = set()
    def info(self, name, mode, uid=0, gid=0):
        i = tarfile.TarInfo(name.lstrip('/')); i.mode, i.uid, i.gid, i.mtime = mode, uid, gid, TIME; return i
    def dir(self, name, mode=0o755, uid=0, gid=0):
        name = name.strip('/')
        if not name or name in self.seen: return self
        self.dir(os.path.dirname(name)); self.seen.add(name)
        i = self.info(name + '/', mode, uid, gid); i.type = tarfile.DIRTYPE; self.t.addfile(i); return self
    def file(self, name, data, mode=0o644, uid=0, gid=0):
        if name in self.seen: return self
        data = data.encode() if isinstance(data, str) else data
        self.dir(os.path.dirname(name)); self.seen.add(name)
        i = self.info(name, mode, uid, gid); i.size = len(data); self.t.addfile(i, io.BytesIO(data)); return self
    def link(self, name, to, kind=tarfile.SYMTYPE):
        self.dir(os.path.dirname(name)); i = self.info(name, 0o777 if kind == tarfile.SYMTYPE else 0o755)
        i.type, i.linkname = kind, to if kind == tarfile.SYMTYPE else to.lstrip('/'); self.t.addfile(i); return self
    def binary(self, name, path):
        """a dynamic program of a Debian package, with the libraries it needs"""
        lib = f'{PARTS}/root/usr/lib/{os.uname().machine}-linux-gnu'
        env = dict(os.environ, LD_LIBRARY_PATH=f'{lib}:{lib.replace("/usr/lib", "/lib")}')
        for w in map(str.split, subprocess.run(['ldd', path], capture_output=True, text=True, env=env, check=True).stdout.splitlines()):
            if 'not' in w: sys.exit(f'{path}: {w[0]} is missing: add its package to parts.sh')
            if '=>' in w: self.file(f'/lib/{os.uname().machine}-linux-gnu/{w[0]}', read(w[2]), 0o755)
            elif w[0].startswith('/'): self.file(w[0], read(w[0]), 0o755)
        return self.file(name, read(path), 0o755)
    def tar(self): self.t.close(); return self.buf.getvalue()

PASSWD = ('root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\n'
          'operator:x:37:37:Operator:/var:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n')
GROUP = 'root:x:0:\ndaemon:x:1:\nwww-data:x:33:\noperator:x:37:\nusers:x:100:\nnobody:x:65534:\n'
PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
SH = {'Cmd': ['sh'], 'Env': [PATH]}

def base():
    bb = PARTS + '/busybox'; l = Layer().file('/bin/busybox', read(bb), 0o755)
    for a in sorted(subprocess.run([bb, '--list'], capture_output=True, text=True, check=True).stdout.split()):
        if a != 'busybox': l.link('/bin/' + a, '/bin/busybox', tarfile.LNKTYPE)      # hard links, as upstream's image has
    for d in ('/usr/bin', '/usr/sbin', '/sbin', '/home', '/dev', '/proc', '/sys', '/var/run', '/etc'): l.dir(d)
    l.dir('/tmp', 0o1777).dir('/root', 0o700).link('/usr/bin/env', '/bin/env')
    l.file('/etc/passwd', PASSWD).file('/etc/group', GROUP).file('/etc/shadow', 'root:*:::::::\n', 0o600); return l.tar()
def nginx(port):
    l = Layer().binary('/usr/sbin/nginx', PARTS + '/root/usr/sbin/nginx').dir('/var/log/nginx').dir('/var/lib/nginx')
    l.file('/etc/nginx/nginx.conf', read(HERE + '/nginx.conf').decode().replace('PORT', str(port)))
    return l.file('/usr/share/nginx/html/index.html', '<html><body>Welcome to nginx!</body></html>\n').tar()
def httpd():
    r = PARTS + '/root/usr'; l = Layer().binary('/usr/local/apache2/bin/httpd', r + '/sbin/apache2').dir('/usr/local/apache2/logs')
    for m in ('mpm_event', 'authz_core', 'dir'): l.file(f'/usr/local/apache2/modules/mod_{m}.so', read(f'{r}/lib/apache2/modules/mod_{m}.so'))
    l.file('/usr/local/apache2/conf/httpd.conf', read(HERE + '/httpd.conf')).file('/usr/local/apache2/htdocs/index.html', '<html><body><h1>It works!</h1></body></html>\n')
    return l.file('/usr/local/bin/httpd-foreground', '#!/bin/sh\nrm -f /usr/local/apache2/logs/httpd.pid\nexec httpd -DFOREGROUND -f /usr/local/apache2/conf/httpd.conf\n', 0o755).tar()
def grouped():
    l = Layer().file('/etc/passwd', PASSWD + 'default-user:x:1000:1000:Linux User,,,:/home/default-user:/bin/sh\n').dir('/home/default-user', 0o755, 1000, 1000)
    return l.file('/etc/group', GROUP + 'default-user:x:1000:\ngroup-defined-in-image:x:50000:default-user\n').tar()
mark = lambda n: Layer().file('/' + n, n + '\n').tar()
cache = {}
def once(f, *a):
    if (f, a) not in cache: cache[f, a] = f(*a)
    return cache[f, a]

NGINX = {'Cmd': ['nginx', '-g', 'daemon off;'], 'Env': [PATH], 'ExposedPorts': {'80/tcp': {}}, 'StopSignal': 'SIGQUIT'}
HTTPD = {'Cmd': ['httpd-foreground'], 'WorkingDir': '/usr/local/apache2', 'Env': ['PATH=/usr/local/apache2/bin:' + PATH[5:]], 'StopSignal': 'SIGWINCH'}
def recipe(name, tag):
    """last part of the repository name -> (layers, config, list?, docker types?)"""
    b = [once(base)]
    users = {'uid': '1002', 'username': 'www-data', 'uid-group': '1003:users', 'username-group': 'www-data:100'}
    if name == 'busybox': return b, SH, True, True
    if name == 'pause': return [Layer().file('/pause', read(PARTS + '/pause'), 0o755).file('/tag', tag).tar()], {'Entrypoint': ['/pause'], 'User': '65535:65535', 'Env': [PATH]}, True, True
    if name == 'nginx': return b + [once(nginx, 80)], NGINX, True, True
    if name.startswith('hostnet-nginx-'): return b + [once(nginx, 12003)], NGINX, False, False
    if name == 'httpd': return b + [once(httpd)], HTTPD, True, True
    if name == 'nonewprivs': return b + [Layer().file('/nnp', read(PARTS + '/nonewprivs'), 0o4755).tar()], {'Entrypoint': ['/nnp'], 'Env': [PATH]}, True, True
    if name == 'test-image-predefined-group': return b + [once(grouped)], {**SH, 'User': '1000'}, False, False
    if name.startswith('test-image-user-'): return b, {**SH, 'User': users[name[16:]]}, False, False
    if name == 'test-image-tags': return b + [once(mark, name)], SH, True, False           # three tags, one image
    if re.fullmatch(r'test-image-(\d|latest|digest|tag)', name): return b + [once(mark, name if name != 'test-image-tag' else f'{name}-{tag}')], SH, not name[-1].isdigit(), False
    sys.exit(f'no recipe for {name}:{tag}')

refs = sorted({l.strip() for f in glob.glob(DIR + '/suite-*.refs') for l in open(f)})
if not refs: sys.exit(f'{DIR}/suite-*.refs: run clients.sh first')
wanted = {'pause:reference': False}                      # "path:tag" without host -> asked for by digest; this one is the reference server's own
for r in refs:
    path = r.split('/', 1)[1]; name, _, digest = path.partition('@')
    if ':' not in name: name += ':latest'
    wanted.setdefault(name, bool(digest))
if arg.list: print('\n'.join(wanted)); sys.exit()

os.makedirs(OUT + '/blobs/sha256', exist_ok=True)
J = lambda o: json.dumps(o, sort_keys=True, separators=(',', ':')).encode()
def blob(data, kind, **more):
    h = hashlib.sha256(data).hexdigest(); f = f'{OUT}/blobs/sha256/{h}'
    if not os.path.exists(f):
        with open(f, 'wb') as o: o.write(data)
    return {'mediaType': kind, 'digest': 'sha256:' + h, 'size': len(data), **more}
OCI, DOCKER = 'application/vnd.oci.image.', 'application/vnd.docker.'
zipped = {}
def manifest(layers, config, arch, docker):
    conf = {'architecture': arch, 'os': 'linux', 'created': DATE, 'config': config,
            'rootfs': {'type': 'layers', 'diff_ids': ['sha256:' + hashlib.sha256(t).hexdigest() for t in layers]},
            'history': [{'created': DATE, 'created_by': 'images.py'} for _ in layers]}
    for t in layers:
        if id(t) not in zipped: zipped[id(t)] = (t, gzip.compress(t, 6, mtime=0))
    kind = DOCKER + 'distribution.manifest.v2+json' if docker else OCI + 'manifest.v1+json'
    m = {'schemaVersion': 2, 'mediaType': kind, 'config': blob(J(conf), DOCKER + 'container.image.v1+json' if docker else OCI + 'config.v1+json'),
         'layers': [blob(zipped[id(t)][1], DOCKER + 'image.rootfs.diff.tar.gzip' if docker else OCI + 'layer.v1.tar+gzip') for t in layers]}
    return blob(J(m), kind)
index, tops = [], {}
foreign = once(mark, 'foreign-architecture')
for name in sorted(wanted):
    repo, tag = name.rsplit(':', 1); layers, config, listed, docker = recipe(repo.split('/')[-1], tag)
    d = manifest(layers, config, ARCH, docker)
    if listed:
        kind = DOCKER + 'distribution.manifest.list.v2+json' if docker else OCI + 'index.v1+json'
        other = manifest([foreign], config, OTHER, docker)
        d = blob(J({'schemaVersion': 2, 'mediaType': kind, 'manifests': [{**other, 'platform': {'architecture': OTHER, 'os': 'linux'}}, {**d, 'platform': {'architecture': ARCH, 'os': 'linux'}}]}), kind)
    tops[name] = d; index.append({**d, 'annotations': {'org.opencontainers.image.ref.name': name}})
    if wanted[name]: open(OUT + '/digest', 'w').write(d['digest'] + '\n')
open(OUT + '/oci-layout', 'w').write('{"imageLayoutVersion":"1.0.0"}'); open(OUT + '/index.json', 'wb').write(J({'schemaVersion': 2, 'manifests': index}))
for name, d in tops.items(): print(d['digest'][7:19], name)

def http(method, url, data=None, kind='application/octet-stream'):
    q = urllib.request.Request(url, data=data, method=method, headers={'Content-Type': kind} if data is not None else {})
    return urllib.request.urlopen(q, timeout=60)
def there(url):
    try: http('HEAD', url).close(); return True
    except urllib.error.HTTPError: return False
def push(repo, d, tag=None):
    """blobs first, then the manifest that names them"""
    data = read(f'{OUT}/blobs/sha256/{d["digest"][7:]}')
    if 'manifest' in d['mediaType'] or 'index' in d['mediaType']:
        m = json.loads(data)
        for x in m.get('manifests', []) + m.get('layers', []) + ([m['config']] if 'config' in m else []): push(repo, x)
        http('PUT', f'{arg.push}/v2/{repo}/manifests/{tag or d["digest"]}', data, d['mediaType']).close()
    elif not there(f'{arg.push}/v2/{repo}/blobs/{d["digest"]}'):
        at = http('POST', f'{arg.push}/v2/{repo}/blobs/uploads/', b'').headers['Location']
        at = at if at.startswith('http') else arg.push + at
        http('PUT', at + ('&' if '?' in at else '?') + 'digest=' + d['digest'], data).close()
if arg.push:
    for name, d in tops.items(): push(*name.rsplit(':', 1)[:1], d, name.rsplit(':', 1)[1])
    print(len(tops), 'images pushed to', arg.push)

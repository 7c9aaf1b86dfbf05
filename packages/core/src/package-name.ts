import { fail, type Result } from './problem.ts';
import { parseServiceName, type ServiceNames } from './service-name.ts';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names that a service has already: its own packages. */
const SERVICE_PACKAGES = ['src', 'tests'];

/** Python's keywords: `import class` is no Python. */
const KEYWORDS = words(`
  and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal
  not or pass raise return try while with yield
`);

/** Python's own modules: an import would find them first. */
const STANDARD_MODULES = words(`
  abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect builtins bz2 calendar
  cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall concurrent configparser contextlib contextvars copy
  copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis distutils doctest email encodings ensurepip enum
  errno faulthandler fcntl filecmp fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib
  grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword lib2to3
  linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing netrc nis
  nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib pdb pickle pickletools pipes pkgutil platform
  plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re
  readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr
  socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau
  symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit tkinter token
  tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings
  wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
`);

/** The names of a shared Python package, by the rule of service names; a name that Python could not import is a problem. */
export function parsePackageName(text: unknown, where = 'name'): Result<ServiceNames> {
  const names = parseServiceName(text, where);
  if (!names.ok) return names;
  const { label, module } = names.value;
  const taken = takenBy(module);
  if (taken === undefined) return names;
  return fail({
    code: 'bad-name',
    where,
    what: `name "${label}" is ${taken}; no service could import the package`,
    remedy: `choose another one, for example "acme-${label}"`,
  });
}

function takenBy(module: string): string | undefined {
  if (SERVICE_PACKAGES.includes(module)) return "the name of a service's own folder";
  if (KEYWORDS.includes(module)) return 'a keyword of Python';
  return STANDARD_MODULES.includes(module) ? "a module of Python's standard library" : undefined;
}

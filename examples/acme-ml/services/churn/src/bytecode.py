"""Compiles what start-up imports, the standard library's part too. Run while the image is built.

`python bytecode.py PREFIX NAMES CACHE [BELOW]`: packages are installed below PREFIX, NAMES is a file of module names,
CACHE a folder that keeps what was compiled for the next build, and BELOW a prefix with the bytecode of the standard
library that a layer below has. Names that are not installed belong to another layer. Without bytecode a start takes
three more CPU seconds; the bytecode of everything weighs too much.
"""

import hashlib
import importlib
import marshal
import os
import site
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType

# The header's flags: the bytecode belongs to a source of this hash, which is not compared again at the start.
UNCHECKED_HASH = (1).to_bytes(4, "little")
HEADER_BYTES = 16

# Compiles in a process that loads nothing else: what marshal writes depends on the strings that other modules share.
WORKER = """
import marshal, sys
while True:
    try:
        text, path = marshal.load(sys.stdin.buffer)
    except EOFError:
        break
    marshal.dump(marshal.dumps(compile(text, path, "exec", dont_inherit=True)), sys.stdout.buffer)
    sys.stdout.buffer.flush()
"""


class Compiler:
    """Compiles each source once, under the path that it has in the image."""

    def __init__(self, prefix: Path, cache: Path, below: Path | None) -> None:
        # The standard library of a virtual environment is the system's, which keeps its own bytecode.
        in_environment = sys.prefix != sys.base_prefix
        self._prefix = prefix
        self._places = (prefix,) if in_environment else (prefix, Path(sys.base_prefix))
        self._cache = cache
        self._below = below
        # Started for the first source that the cache is without.
        self._worker: subprocess.Popen[bytes] | None = None
        self._code: dict[Path, bytes] = {}

    def inside(self, source: Path) -> Path | None:
        """The source relative to where it is installed; None if it is no part of the image's Python."""
        place = next((place for place in self._places if source.is_relative_to(place)), None)
        return source.relative_to(place) if place and source.suffix == ".py" else None

    def code_of(self, source: Path, inside: Path) -> CodeType:
        """The compiled source; of the layer below if it is there."""
        if self._below and (compiled := bytecode_file(self._below, inside)).exists():
            return marshal.loads(compiled.read_bytes()[HEADER_BYTES:])
        text = source.read_bytes()
        path = str(Path(sys.prefix) / inside)
        key = hashlib.sha256(MAGIC_NUMBER + path.encode() + b"\0" + text).hexdigest()
        kept = self._cache / key
        if kept.exists():
            code = kept.read_bytes()
        else:
            code = self._compile(text, path)
            write_whole(kept, code)
        self._code[inside] = MAGIC_NUMBER + UNCHECKED_HASH + source_hash(text) + code
        return marshal.loads(code)

    def _compile(self, text: bytes, path: str) -> bytes:
        if self._worker is None:
            command = [sys.executable, "-B", "-S", "-c", WORKER]
            self._worker = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        requests, answers = self._worker.stdin, self._worker.stdout
        if requests is None or answers is None:
            raise RuntimeError("the worker has no pipes")
        marshal.dump((text, path), requests)
        requests.flush()
        return marshal.load(answers)

    def write(self) -> int:
        """Writes the bytecode of every loaded module below the prefix; returns their number."""
        loaded = {Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)}
        for source in sorted(loaded):
            inside = self.inside(source)
            if inside and inside not in self._code:
                self.code_of(source, inside)
        for inside, bytecode in self._code.items():
            file = bytecode_file(self._prefix, inside)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytecode)
        return len(self._code)

    def close(self) -> None:
        """Ends the worker, if there is one."""
        if self._worker:
            self._worker.communicate()


def bytecode_file(prefix: Path, inside: Path) -> Path:
    """Where the bytecode of a source belongs."""
    return prefix / inside.parent / "__pycache__" / f"{inside.stem}.{sys.implementation.cache_tag}.pyc"


def write_whole(file: Path, content: bytes) -> None:
    """Two builds at once may write the same file: neither reads half of it."""
    part = file.with_suffix(f".{os.getpid()}")
    part.write_bytes(content)
    part.replace(file)


def import_with(compiler: Compiler) -> None:
    """From now on modules are compiled by the compiler when they are imported."""

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType | None:
            source = Path(self.path)
            inside = compiler.inside(source)
            return compiler.code_of(source, inside) if inside else super().get_code(fullname)

    kinds = [(ExtensionFileLoader, EXTENSION_SUFFIXES), (Loader, SOURCE_SUFFIXES)]
    sys.path_hooks.insert(0, FileFinder.path_hook(*kinds))
    sys.path_importer_cache.clear()


def main(prefix: Path, names: Path, cache: Path, below: Path | None = None) -> None:
    """Imports each named module, then compiles all that came with them."""
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site.addsitedir(str(prefix / "lib" / python / "site-packages"))
    compiler = Compiler(prefix, cache, below)
    import_with(compiler)
    missing: list[str] = []
    for name in names.read_text(encoding="utf-8").split():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            missing.append(name)
    print(f"compiled {compiler.write()} modules; not in this layer: {', '.join(missing) or 'none'}")
    compiler.close()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

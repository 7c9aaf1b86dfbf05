"""Compiles what start-up imports, the standard library's part too. Run while the image is built.

`python bytecode.py PREFIX NAMES [CACHE]`: packages are installed below PREFIX, NAMES is a file of module names, and
CACHE a folder that keeps what was compiled for the next build. Without bytecode a start takes three more CPU seconds;
the bytecode of everything weighs too much.
"""

import hashlib
import importlib
import marshal
import os
import site
import sys
from importlib.machinery import EXTENSION_SUFFIXES, SOURCE_SUFFIXES, ExtensionFileLoader, FileFinder, SourceFileLoader
from importlib.util import MAGIC_NUMBER, source_hash
from pathlib import Path
from types import CodeType

# The header's flags: the bytecode belongs to a source of this hash, which is not compared again at the start.
UNCHECKED_HASH = (1).to_bytes(4, "little")


class Compiler:
    """Compiles each source once, under the path that it has in the image."""

    def __init__(self, prefix: Path, cache: Path | None) -> None:
        # The standard library of a virtual environment is the system's, which keeps its own bytecode.
        in_environment = sys.prefix != sys.base_prefix
        self._prefix = prefix
        self._places = (prefix,) if in_environment else (prefix, Path(sys.base_prefix))
        self._cache = cache
        self._code: dict[Path, bytes] = {}

    def inside(self, source: Path) -> Path | None:
        """The source relative to where it is installed; None if it is no part of the image's Python."""
        place = next((place for place in self._places if source.is_relative_to(place)), None)
        return source.relative_to(place) if place and source.suffix == ".py" else None

    def code_of(self, source: Path, inside: Path) -> CodeType:
        """The compiled source."""
        text = source.read_bytes()
        path = str(Path(sys.prefix) / inside)
        key = hashlib.sha256(MAGIC_NUMBER + path.encode() + b"\0" + text).hexdigest()
        kept = self._cache / key if self._cache else None
        if kept and kept.exists():
            code = kept.read_bytes()
        else:
            code = marshal.dumps(compile(text, path, "exec", dont_inherit=True))
            if kept:
                write_whole(kept, code)
        self._code[inside] = MAGIC_NUMBER + UNCHECKED_HASH + source_hash(text) + code
        return marshal.loads(code)

    def write(self) -> int:
        """Writes the bytecode of every loaded module below the prefix; returns their number."""
        loaded = {Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)}
        for source in sorted(loaded):
            inside = self.inside(source)
            if inside and inside not in self._code:
                self.code_of(source, inside)
        for inside, bytecode in self._code.items():
            name = f"{inside.stem}.{sys.implementation.cache_tag}.pyc"
            file = self._prefix / inside.parent / "__pycache__" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytecode)
        return len(self._code)


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


def main(prefix: Path, names: Path, cache: Path | None = None) -> None:
    """Imports each named module, then compiles all that came with them."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = prefix / "lib" / version / "site-packages"
    site.addsitedir(str(packages))
    compiler = Compiler(prefix, cache)
    import_with(compiler)
    for name in names.read_text(encoding="utf-8").split():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            print(f"skipped {name}: {missing}")
    print(f"compiled {compiler.write()} modules")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

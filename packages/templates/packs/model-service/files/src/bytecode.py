"""Compiles what start-up imports, the standard library's part too. Run while the image is built.

`python bytecode.py PREFIX NAMES`: packages are installed below PREFIX, NAMES is a file of module names.
Without bytecode a start takes three more CPU seconds; the bytecode of everything weighs too much.
"""

import importlib
import py_compile
import site
import sys
from pathlib import Path


def compile_loaded_modules(prefix: Path) -> int:
    """Writes the bytecode of every loaded module below the prefix, by hash and not by time; returns their number."""
    # The standard library of a virtual environment is the system's, which keeps its own bytecode.
    places = (prefix,) if sys.prefix != sys.base_prefix else (prefix, Path(sys.base_prefix))
    sources = {Path(module.__file__) for module in sys.modules.values() if getattr(module, "__file__", None)}
    count = 0
    for source in sorted(sources):
        place = next((place for place in places if source.is_relative_to(place)), None)
        if place is None or source.suffix != ".py":
            continue
        inside = source.relative_to(place)
        cache = prefix / inside.parent / "__pycache__" / f"{inside.stem}.{sys.implementation.cache_tag}.pyc"
        py_compile.compile(
            str(source),
            cfile=str(cache),
            dfile=str(Path(sys.prefix) / inside),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )
        count += 1
    return count


def main(prefix: Path, names: Path) -> None:
    """Imports each named module, then compiles all that came with them."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = prefix / "lib" / version / "site-packages"
    site.addsitedir(str(packages))
    for name in names.read_text(encoding="utf-8").split():
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            print(f"skipped {name}: {missing}")
    print(f"compiled {compile_loaded_modules(prefix)} modules")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

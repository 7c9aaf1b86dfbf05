"""What the image leaves out of its packages."""

from pathlib import Path

from src import slim


def installed(prefix: Path, *names: str) -> Path:
    """A folder of packages with these files."""
    packages = prefix / "lib" / "python3.11" / "site-packages"
    for name in names:
        file = packages / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    return packages


def left(prefix: Path, packages: Path) -> list[str]:
    """The files that remain after slimming."""
    names = prefix / "unused.txt"
    names.write_text("big/tools\n", encoding="utf-8")
    slim.main(prefix, names)
    return sorted(path.relative_to(packages).as_posix() for path in packages.rglob("*") if path.is_file())


def test_tests_sources_and_what_is_named_go(tmp_path: Path) -> None:
    names = ("big/__init__.py", "big/tests/test_it.py", "big/fast.pyx", "big/tools/make.py")
    assert left(tmp_path, installed(tmp_path, *names)) == ["big/__init__.py"]

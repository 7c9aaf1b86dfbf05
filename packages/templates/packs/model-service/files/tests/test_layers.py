"""The two layers of packages in the image, and what each of them leaves out."""

from pathlib import Path

import pytest

from src import layers

LOCK = """\
# This file was made by a tool.
--extra-index-url https://index.example/simple
estimator==1.0 \\
    --hash=sha256:aa
    # via -r requirements.in
web_frame==2.0 ; sys_platform != "win32" \\
    --hash=sha256:bb \\
    --hash=sha256:cc
    # via -r requirements.in
Numbers.Kernel==3.0 \\
    --hash=sha256:dd
    # via
    #   -r requirements.in
    #   estimator
    #   tables
types==4.0 \\
    --hash=sha256:ee
    # via
    #   numbers-kernel
    #   web-frame
tables==5.0 \\
    --hash=sha256:ff
    # via -r requirements.in
dates==6.0 \\
    --hash=sha256:aa
    # via tables
"""


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("requirements.txt").write_text(LOCK, encoding="utf-8")
    Path("unused.txt").write_text(
        "# Tools.\nbig/tools  # large\nproto unless Web.Frame\nrest unless absent\n", encoding="utf-8"
    )
    return tmp_path


def requirements_of(layer: str) -> Path:
    return Path(layer) / "requirements.txt"


def names_in(layer: str) -> list[str]:
    lines = requirements_of(layer).read_text(encoding="utf-8").splitlines()
    return [line.split("==")[0] for line in lines if "==" in line]


def test_what_serves_has_its_packages_with_their_hashes_and_all_that_these_need(build: Path) -> None:
    layers.main(build, {"Web.Frame", "not-in-this-lock"})
    assert requirements_of("serving").read_text(encoding="utf-8") == (
        "--extra-index-url https://index.example/simple\n"
        'web_frame==2.0 ; sys_platform != "win32" \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n'
        "types==4.0 \\\n    --hash=sha256:ee\n"
    )


def test_what_nobody_named_is_the_models_with_all_that_it_needs(build: Path) -> None:
    layers.main(build, {"web_frame"})
    assert names_in("model") == ["estimator", "Numbers.Kernel", "types", "tables", "dates"]


@pytest.mark.parametrize(("changed", "stays"), [("web_frame==2.0", "model"), ("Numbers.Kernel==3.0", "serving")])
def test_a_change_in_one_layer_leaves_the_other_as_it_is(build: Path, changed: str, stays: str) -> None:
    layers.main(build, {"web_frame"})
    before = requirements_of(stays).read_bytes()
    Path("requirements.txt").write_text(LOCK.replace(changed, f"{changed}.1"), encoding="utf-8")
    layers.main(build, {"web_frame"})
    assert requirements_of(stays).read_bytes() == before


def test_a_lock_that_does_not_tell_what_needs_what_is_one_layer(build: Path) -> None:
    plain = "".join(f"{line}\n" for line in LOCK.splitlines() if not line.lstrip().startswith("#"))
    Path("requirements.txt").write_text(plain, encoding="utf-8")
    layers.main(build, {"web_frame"})
    assert len(names_in("model")) == 6
    assert names_in("serving") == []


def test_a_pattern_holds_unless_its_package_is_in_the_lock(build: Path) -> None:
    text = Path("unused.txt").read_text(encoding="utf-8")
    layers.main(build, set())
    for layer in ("model", "serving"):
        assert (build / layer / "unused.txt").read_text(encoding="utf-8") == "big/tools\nrest\n"
    assert layers.patterns_for(text, set()) == ["big/tools", "proto", "rest"]


def test_every_package_of_this_lock_is_in_one_of_the_layers() -> None:
    text = (Path(layers.__file__).parents[1] / "requirements.txt").read_text(encoding="utf-8")
    _, packages = layers.read_lock(text)
    assert len(packages) == sum("==" in line and not line.lstrip().startswith(("#", "-")) for line in text.splitlines())
    parts = layers.split({"fastapi"}, packages)
    assert parts["model"] | parts["serving"] == {package.name for package in packages}

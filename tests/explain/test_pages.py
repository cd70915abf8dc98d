"""Every diagnostic has a page, and its two examples are what they say: one shows the fault, one is clean."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import layerforge
from layerforge.cli.main import main
from layerforge.codes import CODES, WARNINGS
from layerforge.explain import Example, Page, page_of, sections

FOLDER = Path(layerforge.__file__).parent / "explain"
# At the end of a line that is no line of the spec, quoted behind its number and `|`.
CODE = re.compile(r"^(?! *\d+ \|).*\[([a-z][a-z0-9-]*)\]$", re.MULTILINE)
# Faults that no example can show on every machine; their pages say so, and tests of the rooms show them.
WITHOUT_EXAMPLE = {
    "unexpected-loss",
    "bad-cluster",
    "too-few-devices",
    "not-exported",
    "missing-package",
    "not-writable",
    "run-in-use",
    "run-is-live",
    "unusable-address",
    "wrong-backend",
}
HOW = """\
the code `{code}` has no page. Write layerforge/explain/{code}.md:

# {code}

How it comes about: two or three sentences that someone who has just met it can use.

## Bad

```yaml
model: ...
```

## Good

```yaml
model: ...
```

## Cure

What to do, and which way is right when.

A `yaml` block is spec.yaml, a `csv` block rows.csv; another name stands behind the kind (```csv new.csv).
`## Given` before `## Bad` holds files that both share. Without a `console` block (lines `$ layerforge ...`)
the example runs `layerforge check spec.yaml`. Then: python -m tests.explain.make_document
"""
PAGES = [page for code in CODES if (page := page_of(code)) is not None]


def _examples() -> list[object]:
    """Every example that can run; those that train wait for `make test-slow`."""
    return [
        pytest.param(page, which, marks=[pytest.mark.slow] if _is_long(example) else [])
        for page in PAGES
        for which in ("bad", "good")
        if (example := page.example(which)).runs
    ]


def _is_long(example: Example) -> bool:
    return any(re.search(r"layerforge (train|build|evaluate)", line) for line in example.commands)


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder to stand in, and a command `layerforge` for lines that are not that command alone."""
    beside = tmp_path / "bin"
    beside.mkdir()
    command = beside / "layerforge"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m layerforge "$@"\n')
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{beside}:/usr/bin:/bin")
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parents[1]))
    monkeypatch.delenv("COLUMNS", raising=False)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)


def run(line: str) -> int:
    """The exit status of a line; the plain command runs in this process, where Keras is loaded once."""
    plain = not set(line) & set("|;&<>") and "--code" not in line  # whose layers would stay
    if line.startswith("layerforge ") and plain:
        return main(shlex.split(line)[1:])
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=300)
    sys.stdout.write(done.stdout + done.stderr)
    return done.returncode


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(code: str) -> None:
    page = page_of(code)
    assert page is not None, HOW.format(code=code)
    assert page.text.startswith(f"# {code}\n")
    assert page.cause
    assert page.cure
    shown = page.example("bad").runs and page.example("good").runs
    assert shown != (code in WITHOUT_EXAMPLE), HOW.format(code=code)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.code)
def test_a_page_has_its_parts_in_order(page: Page) -> None:
    _, _, body = page.text.partition("\n")
    assert [name for name in sections(body) if name not in ("", "Given")] == ["Bad", "Good", "Cure"]


def test_no_page_is_left_over() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} <= set(CODES)


@pytest.mark.usefixtures("shell")
@pytest.mark.parametrize(
    ("page", "which"), _examples(), ids=lambda each: getattr(each, "code", each)
)
def test_an_example_shows_its_fault_or_none(
    page: Page, which: str, capfd: pytest.CaptureFixture[str]
) -> None:
    example = page.example(which)
    for name, text in example.files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    *before, last = example.commands
    for line in before:
        assert run(line) == 0, f"{line}\n{''.join(capfd.readouterr())}"
    capfd.readouterr()
    status = run(last)
    told = "".join(capfd.readouterr())
    assert set(CODE.findall(told)) == ({page.code} if which == "bad" else set()), told
    assert status == (1 if which == "bad" and page.code not in WARNINGS else 0), told

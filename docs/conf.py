"""The site of the documentation: `make docs` makes it of the Markdown files as they lie in the repository."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from layerforge import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
# The tree of pages, which no Markdown file says: on a code host it would be a block of code.
TREE = """
```{toctree}
:hidden:
:caption: Begin

简体中文 <README.zh-CN>
docs/tutorials/README
docs/language
docs/lstm-parameters
docs/library
```

```{toctree}
:hidden:
:caption: To look things up

docs/catalog
docs/components
docs/diagnostics
(all others)
specs/zoo/README
specs/data/README
```

```{toctree}
:hidden:
:caption: The project

docs/benchmarks
docs/speed
docs/decisions
CHANGELOG
SECURITY
CONTRIBUTING
```
"""
TUTORIALS = """
```{toctree}
:hidden:

one-series
several-series
tables
sequences
searching
going-on
importing
```
"""

project = "layerforge"
version = release = __version__
project_copyright = "the authors of layerforge, Apache License 2.0"

extensions = ["myst_parser"]
# The source is the root of the repository, so that a link means the same here and on a code host.
root_doc = "README"
include_patterns = ["*.md", "docs/**.md", "specs/**.md"]
exclude_patterns = [".*", "benchmarks", "build", "dist", "layerforge", "runs", "tests"]
nitpicky = True
myst_heading_anchors = 4  # the anchors that code hosts give to headings
# The pages of the diagnostics show YAML that is broken on purpose, and Pygments has no lexer for CSV.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"  # no font, script or style of another host
html_title = f"layerforge {version}"
html_copy_source = False
html_static_path = ["site.css"]
html_css_files = ["site.css"]


def setup(app: Sphinx) -> None:
    """Tells Sphinx of the tree, and of the page that a folder is opened at."""
    app.connect("source-read", _with_tree)
    app.connect("build-finished", _copy_root)


def _with_tree(app: Sphinx, page: str, source: list[str]) -> None:
    pages = [f"docs/{path.stem}" for path in sorted(ROOT.glob("docs/*.md"))]
    tree = TREE.replace("(all others)", "\n".join(each for each in pages if each not in TREE))
    source[0] += {"README": tree, "docs/tutorials/README": TUTORIALS}.get(page, "")


def _copy_root(app: Sphinx, failure: Exception | None) -> None:
    """`index.html` is the README: Sphinx writes it under its own name, which links need."""
    if failure is None and app.builder.name == "html":
        shutil.copy(app.outdir / "README.html", app.outdir / "index.html")

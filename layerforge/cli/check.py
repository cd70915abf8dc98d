"""`layerforge check`: every fault of a spec at once, without Keras."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layerforge.cli.options import AsJson, Overrides

if TYPE_CHECKING:
    from layerforge.pipeline import Compiled
    from layerforge.space import Examination

EXAMPLE = """
  layerforge check spec.yaml                   print every fault, or nothing
  layerforge check specs/*.yaml --json         the same for an editor or a script
  layerforge check spec.yaml --set data.window=48 --resolved
  layerforge check spec.yaml --data            the data too: do they fit, are they scaled?
"""


def check(
    specs: Annotated[
        list[Path], typer.Argument(metavar="SPEC...", help="Specs, YAML files.", show_default=False)
    ],
    overrides: Overrides = None,
    as_json: AsJson = False,
    resolved: Annotated[
        bool,
        typer.Option(
            "--resolved", help="Print the spec with variables and expressions replaced by values."
        ),
    ] = False,
    data: Annotated[
        bool,
        typer.Option("--data", help="Read the data as well, and look at all that `train` would."),
    ] = False,
) -> None:
    """Find every fault of a spec, at file:line:column.

    Prints each fault with the line it stands on, the place it has to do with and, where it is sure,
    the cure. Prints nothing, and exits with 0, where there is none. Of a spec with hyperparameters it
    prints what there is to search: how many points, and from which model to which. Neither TensorFlow
    nor Keras is loaded, and no data are read unless a table alone says how wide the input is, so the
    answer is there at once.
    """
    if as_json and resolved:
        raise typer.BadParameter("--json and --resolved cannot be printed both")
    from layerforge.cli.telling import complete_spec
    from layerforge.library import examined

    found = [examined(complete_spec(path, overrides or ()), data) for path in specs]
    compiled, looks = [each for each, _ in found], [look for _, look in found]
    if as_json:
        _print_json(compiled, looks)
    elif resolved:
        _print_resolved(compiled)
    else:
        _print_faults(compiled)
        _print_spaces(compiled, looks)
    if not all(each.clean for each in compiled):
        raise typer.Exit(1)


def _print_faults(compiled: list[Compiled]) -> None:
    from layerforge.render.diagnostics import diagnostics_text, summary
    from layerforge.render.screen import screen_of

    screen = screen_of(sys.stdout)
    for each in compiled:
        sys.stdout.write(diagnostics_text(each.found, each.lines, screen))
    found = [fault for each in compiled for fault in each.found]
    if found:
        sys.stdout.flush()
        typer.echo(summary(found, sum(bool(each.found) for each in compiled)), err=True)


def _print_spaces(compiled: list[Compiled], looks: list[Examination | None]) -> None:
    from layerforge.render.screen import screen_of
    from layerforge.render.space import space_text

    for each, look in zip(compiled, looks, strict=True):
        if look is not None:
            screen = screen_of(sys.stdout)
            title = screen.paint("strong", f"{each.path}: the search space")
            sys.stdout.write(f"{title}\n{space_text(look, screen)}")


def _print_json(compiled: list[Compiled], looks: list[Examination | None]) -> None:
    from layerforge.render.diagnostics import diagnostic_record
    from layerforge.render.record import json_text
    from layerforge.render.space import space_record

    files = [
        {
            "file": str(each.path),
            "diagnostics": [diagnostic_record(fault, str(each.path)) for fault in each.found],
            **({"space": space_record(look)} if look is not None else {}),
        }
        for each, look in zip(compiled, looks, strict=True)
    ]
    sys.stdout.write(json_text({"files": files}))


def _print_resolved(compiled: list[Compiled]) -> None:
    from layerforge.cli.telling import tell
    from layerforge.render.resolved import resolved_text

    texts = []
    for each in compiled:
        tell(each.found, each.lines)
        if each.clean and each.root is not None and each.spec is not None:
            texts.append(resolved_text(each.root, each.spec))
    sys.stdout.write("---\n".join(texts))

"""The code of a user's own layers that a run was trained with: kept beside the model, and asked for again.

A run directory may come from anyone, so nothing in it is ever run because it lies there: evaluating,
predicting or resuming asks for the file by `--code`, and takes only the text that was trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.infer import Plan
from layerforge.layers import KERAS, OWN, find
from layerforge.run.files import write_text

FOLDER: Final = "code"


def keep_code(run: Path, plan: Plan) -> dict[str, Any]:
    """What `run.json` says of code: files, which are copied into the run, and plugins with their versions."""
    from layerforge.custom.code import loaded_code
    from layerforge.custom.plugins import package_of

    types = {layer.type.name: layer.type.home for layer in plan.layers()}
    homes = {name: home for name, home in types.items() if home not in (KERAS, OWN)}
    files = [file for file in loaded_code() if file.module in homes.values()]
    if files:
        (run / FOLDER).mkdir()
    for file in files:
        write_text(run / FOLDER / file.path.name, file.text)
    modules = {file.module for file in files}
    return {
        "code": {file.path.name: file.sha256 for file in files},
        "plugins": {n: package_of(n) for n, home in sorted(homes.items()) if home not in modules},
    }


def check_code(run: Path, record: Mapping[str, Any]) -> None:
    """Raises Faults unless the code that a run's model needs is there, and the text is that of the run."""
    from layerforge.custom.code import loaded_code

    loaded = {file.path.name: file.sha256 for file in loaded_code()}
    for name, sha256 in record.get("code", {}).items():
        help = f"add `--code {run / FOLDER / name}`, once you have read it"
        if name not in loaded:
            message = (
                f"the model of `{run}` holds layers of `{name}`, which runs only where it is named"
            )
            raise Faults(Diagnostic("code-needed", message, help=help))
        if loaded[name] != sha256:
            message = f"`{name}` is not as it was when `{run}` was trained"
            raise Faults(Diagnostic("code-changed", message, help=help))
    for name, package in record.get("plugins", {}).items():
        if find(name) is None:
            message = f"the model of `{run}` holds `{name}`, of the plugin {package}"
            raise Faults(Diagnostic("code-needed", message, help="install it"))

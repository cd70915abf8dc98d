"""Every benchmark in order, each a script of its own: `python -m benchmarks [--etth1 path/to/ETTh1.csv]`."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run them all; 0 if every promise is kept."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Run every benchmark.")
    parser.add_argument(
        "--etth1", type=Path, metavar="FILE", help="ETTh1.csv, which is not shipped"
    )
    options = parser.parse_args()
    kept = [_run("check_vs_keras.py"), _run("check_many_layers.py")]
    kept += [_module("train_vs_keras"), _module("search_vs_kerastuner"), _module("kill_search")]
    kept += [_module("data_vs_pandas"), _module("many_rows")]
    if options.etth1 is None:
        _headline("etth1.py")
        print(
            "skipped: it needs ETTh1.csv, which is not shipped; --etth1 FILE (make bench ETTH1=FILE)"
        )
    else:
        kept.append(_run("etth1.py", str(options.etth1)))
    return 0 if all(kept) else 1


def _run(script: str, *arguments: str) -> bool:
    _headline(script)
    return subprocess.run([sys.executable, str(HERE / script), *arguments]).returncode == 0


def _module(name: str) -> bool:
    _headline(f"{name}.py")
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    return subprocess.run(command, cwd=HERE.parent).returncode == 0


def _headline(script: str) -> None:
    print(f"\n== benchmarks/{script}", flush=True)


if __name__ == "__main__":
    sys.exit(main())

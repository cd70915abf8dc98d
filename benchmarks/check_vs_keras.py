"""How long `layerforge check` takes on twenty layers, beside a Keras script that builds and prints them.

    python benchmarks/check_vs_keras.py [--repeats 7] [--json]

Both are whole processes, as a user starts them; they take turns in one run, after one warm-up each, so
that whatever else the machine does falls on both. Told are the medians, their ratio, and whether it keeps
the promise. Exit status 1 if it does not.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

HERE = Path(__file__).parent
LIMIT = 0.1  # the promise: a tenth of the time of Keras at most
CHECK = [sys.executable, "-m", "layerforge", "check", str(HERE / "twenty-layers.yaml")]
KERAS = [sys.executable, str(HERE / "twenty_layers_keras.py")]


def main() -> int:
    """Print the measurement; 0 if the promise is kept, 1 if not."""
    options = options_of(__doc__)
    times = measure({"check": CHECK, "keras": KERAS}, options.repeats)
    seconds = {name: median(of) for name, of in times.items()}
    ratio = seconds["check"] / seconds["keras"]
    if options.json:
        record = {"times": times, "median": seconds, "ratio": ratio, "limit": LIMIT}
        print(json.dumps(record | {"kept": ratio <= LIMIT}, indent=2))
    else:
        print(f"layerforge check, 20 layers   {seconds['check']:.3f} s")
        print(f"Keras, build and summary()    {seconds['keras']:.3f} s")
        verdict = "kept" if ratio <= LIMIT else "broken"
        print(f"ratio                         {ratio:.3f}   must be <= {LIMIT}: {verdict}")
        print(f"(medians of {options.repeats} processes each, taking turns, after a warm-up)")
    return 0 if ratio <= LIMIT else 1


def measure(commands: dict[str, list[str]], repeats: int) -> dict[str, list[float]]:
    """The seconds of each command's runs, in order; the commands take turns."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(repeats + 1):
        for name, command in commands.items():
            seconds = _seconds(command)
            if turn > 0:  # the first turn warms the files up
                times[name].append(seconds)
    return times


def _seconds(command: list[str]) -> float:
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent)
    seconds = perf_counter() - start
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    return seconds


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


def options_of(doc: str | None) -> argparse.Namespace:
    """What the command line says: how many turns, and whether to print JSON."""
    parser = argparse.ArgumentParser(description=doc.splitlines()[0] if doc else None)
    parser.add_argument(
        "--repeats", type=_positive, default=7, metavar="N", help="turns (default: 7)"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

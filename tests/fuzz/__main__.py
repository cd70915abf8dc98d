"""The fuzzer as a command: `python -m tests.fuzz --seconds 3600 --seed 1 --keep found`."""

from __future__ import annotations

import argparse
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from tests.fuzz.looking import fault_of
from tests.fuzz.mutations import made

_MEMORY = 3_000_000_000  # bytes; whoever asks for more gets a MemoryError, which is a fault
_HANGS = 6  # seconds of the processor after which an input is given up


def main() -> int:
    options = _options()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGVTALRM, _given_up)
    options.keep.mkdir(parents=True, exist_ok=True)
    seen: Counter[str] = Counter()
    number = options.first
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spec.yaml"
        while time.process_time() < options.seconds:
            _try(path, options.seed, number, seen, options.keep)
            number += 1
            if number % 5_000 == 0:
                print(_figures(number - options.first, seen), file=sys.stderr, flush=True)
    print(_figures(number - options.first, seen))
    return 1 if seen else 0


def _try(path: Path, seed: int, number: int, seen: Counter[str], keep: Path) -> None:
    """One input; the first of each kind of fault is kept, with what was wrong."""
    content, overrides = made(seed, number)
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANGS)
    try:
        what = fault_of(path, content, overrides)
        detail = what or ""
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        detail = traceback.format_exc(limit=-12)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if what is None:
        return
    kind = what.partition(":")[0] if " at " not in what else what
    seen[kind] += 1
    if seen[kind] <= 3:
        (keep / f"{seed}-{number}.yaml").write_bytes(content)
        (keep / f"{seed}-{number}.txt").write_text(f"{overrides}\n{detail}\n", encoding="utf-8")
        print(f"{seed}:{number} {what[:300]}", file=sys.stderr, flush=True)


def _given_up(*_: Any) -> NoReturn:
    raise TimeoutError(f"no end after {_HANGS} s of the processor")


def _figures(count: int, seen: Counter[str]) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    faults = ", ".join(f"{kind} ({times})" for kind, times in seen.items()) or "no faults"
    return f"{count:,} inputs in {time.process_time():,.0f} s, {memory:,.0f} MB at most: {faults}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of the processor (60)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input (0)")
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), help="folder for what fails")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""The fuzzer of data files as a command: `python -m tests.fuzz.data --executions 100000 --seed 1`."""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

os.environ.setdefault("POLARS_MAX_THREADS", "1")  # one process, and files of a few lines

from tests.fuzz.data.looking import fault_of
from tests.fuzz.data.mutations import made

_MEMORY = 3_000_000_000  # bytes; whoever asks for more gets a MemoryError, which is a fault
_HANGS = 20  # seconds of the processor after which an input is given up


def main() -> int:
    options = _options()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    signal.signal(signal.SIGVTALRM, _given_up)
    warnings.simplefilter("error")  # a warning is text that no user should see
    options.keep.mkdir(parents=True, exist_ok=True)
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.first, options.first + options.executions):
            _try(Path(folder), options.seed, number, seen, options.keep)
            if (number + 1 - options.first) % 5_000 == 0:
                print(_figures(number + 1 - options.first, seen), file=sys.stderr, flush=True)
    print(_figures(options.executions, seen))
    return 1 if seen else 0


def _try(folder: Path, seed: int, number: int, seen: Counter[str], keep: Path) -> None:
    """One input; the first of each kind of fault is kept, with what was wrong."""
    table, content, door = made(seed, number)
    (keep / "last").write_text(f"{seed}:{number}\n", encoding="utf-8")  # should the process die
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANGS)
    try:
        what = fault_of(folder, table, content, door)
        detail = what or ""
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of polars is no Exception
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        detail = traceback.format_exc(limit=-14)
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    if what is None:
        return
    kind = "".join("#" if c.isdigit() and " at " not in what else c for c in what)
    kind = ":".join(kind.split("`")[0].split(":")[:2])[:70] if " at " not in what else kind
    seen[kind] += 1
    if seen[kind] <= 2:
        (keep / f"{seed}-{number}.csv").write_bytes(content)
        note = f"{table.name}\n{table.section}\n{detail}\n"
        (keep / f"{seed}-{number}.txt").write_text(note, encoding="utf-8")
        print(f"{seed}:{number} {table.name} {door} {what[:300]}", file=sys.stderr, flush=True)


def _given_up(*_: Any) -> NoReturn:
    raise TimeoutError(f"no end after {_HANGS} s of the processor")


def _figures(count: int, seen: Counter[str]) -> str:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    late = sum(times for kind, times in seen.items() if "took" in kind or "Timeout" in kind)
    raised = sum(times for kind, times in seen.items() if " at " in kind) - late
    faults = ", ".join(f"{kind} ({times})" for kind, times in seen.most_common()) or "no faults"
    return (
        f"{count:,} inputs in {time.process_time():,.0f} s, {memory:,.0f} MB at most,"
        f" {max(raised, 0)} tracebacks, {late} over time: {faults}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.data", description=__doc__)
    parser.add_argument("--executions", type=int, default=10_000, help="inputs tried (10,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input (0)")
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), help="folder for what fails")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""The guided fuzzer: `python -m tests.fuzz.guided TARGET --executions 1000000 --keep found`.

atheris watches which branches an input takes and keeps those inputs that take new ones. Where it is not
installed, or with `--blind`, inputs are mutants of the seeds alone.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

_MEMORY = 3_000_000_000  # bytes above what the fuzzer itself takes; whoever asks for more fails
_HANGS = 6  # seconds of the processor after which an input is given up
_SLOW = 1.0  # seconds of the processor that an input may take


class _Campaign:
    """One target tried on one input after another; the first of each kind of fault is kept."""

    def __init__(self, attempt: Any, options: argparse.Namespace) -> None:
        self.attempt = attempt
        self.options = options
        self.count = 0
        self.slowest = 0.0
        self.seen: Counter[str] = Counter()
        self.began = time.time()
        options.keep.mkdir(parents=True, exist_ok=True)

    def take(self, content: bytes) -> None:
        self.count += 1
        signal.setitimer(signal.ITIMER_VIRTUAL, _HANGS)
        start = time.process_time()
        try:
            what = self.attempt(content)
            detail = what or ""
        except Exception as error:
            place = traceback.extract_tb(error.__traceback__)[-1]
            what = f"{type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
            detail = traceback.format_exc(limit=-14)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        seconds = time.process_time() - start
        self.slowest = max(self.slowest, seconds)
        if what is None and seconds > self.options.slow:
            what = detail = f"slow: {seconds:.1f} s of the processor"
        if what is not None:
            self._keep(content, what, detail)
        if self.count % 20_000 == 0:
            self.tell()

    def _keep(self, content: bytes, what: str, detail: str) -> None:
        kind = what if " at " in what else what.partition(":")[0]
        self.seen[kind] += 1
        if self.seen[kind] > 3:
            return
        name = f"{self.options.target}-{hashlib.sha1(content).hexdigest()[:10]}"
        (self.options.keep / name).write_bytes(content)
        (self.options.keep / f"{name}.txt").write_text(detail + "\n", encoding="utf-8")
        print(f"{name} {what[:300]}", file=sys.stderr, flush=True)

    def tell(self) -> None:
        """The figures so far, printed and written, for libFuzzer ends the process its own way."""
        figures = {
            "target": self.options.target,
            "guided": self.options.guided,
            "inputs": self.count,
            "seconds": round(time.time() - self.began),
            "slowest_seconds": round(self.slowest, 2),
            "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "faults": dict(self.seen),
        }
        path = self.options.keep / f"{self.options.target}-{os.getpid()}.json"
        path.write_text(json.dumps(figures) + "\n", encoding="utf-8")
        print(json.dumps(figures), flush=True)


def main() -> int:
    options = _options()
    signal.signal(signal.SIGVTALRM, _given_up)
    if options.guided:
        import atheris

        with atheris.instrument_imports(include=["layerforge"]):
            from tests.fuzz.targets import TARGETS
    else:
        from tests.fuzz.targets import TARGETS
    target = TARGETS[options.target]
    seeds = target.seeds()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    campaign = _Campaign(target.attempt, options)
    if options.guided:
        _guided(campaign, target, seeds, options)
    else:
        _blind(campaign, target, seeds, options)
    campaign.tell()
    return 1 if campaign.seen else 0


def _blind(campaign: _Campaign, target: Any, seeds: list[bytes], options: Any) -> None:
    chance = random.Random(options.seed)
    for seed in seeds:
        campaign.take(seed)
    while campaign.count < options.executions:
        content = chance.choice(seeds)
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            content = target.mutate(content, chance)
        campaign.take(content)


def _guided(campaign: _Campaign, target: Any, seeds: list[bytes], options: Any) -> None:
    import atheris

    corpus = options.keep / f"corpus-{options.target}"
    corpus.mkdir(exist_ok=True)
    for seed in seeds:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)

    def mutate(content: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.25:
            return bytes(atheris.Mutate(content, most))
        return target.mutate(content, chance)[:most]

    arguments = [sys.argv[0], f"-runs={options.executions}", f"-seed={options.seed}"]
    limits = [f"-max_len={options.longest}", "-rss_limit_mb=4000", "-timeout=60", "-verbosity=0"]
    with contextlib.suppress(SystemExit):
        atheris.Setup([*arguments, *limits, str(corpus)], campaign.take, custom_mutator=mutate)
        atheris.Fuzz()


def _given_up(*_: Any) -> NoReturn:
    raise TimeoutError(f"no end after {_HANGS} s of the processor")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.guided", description=__doc__)
    parser.add_argument("target", help="reader, expressions, check, import or archive")
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=int, default=20_000, help="bytes of an input (20000)")
    parser.add_argument("--slow", type=float, default=_SLOW, help="seconds an input may take")
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), help="folder for what fails")
    parser.add_argument("--blind", action="store_true", help="without atheris")
    options = parser.parse_args()
    options.guided = not options.blind and importlib.util.find_spec("atheris") is not None
    return options


if __name__ == "__main__":
    sys.exit(main())

"""`layerforge serve` under many clients at once: `python -m benchmarks.serving --requests 100000`.

A model of a shipped table is trained and served on loopback. Each client asks for one row a request and
looks at each answer: it must be that of its own row, as `predict` gives it of the file. One request in a
hundred has a value that is no number, and must be refused with 422. Beside it: Keras's `model.predict`
called on the same rows, ready scaled, one at a time and 64 at a time, in a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[1] / "specs"
NAME = "table-classification"
BARE = """
import json, sys, time
import numpy as np
from layerforge.build.backend import load_keras
keras = load_keras()
model = keras.saving.load_model(sys.argv[1], compile=False)
rows = np.random.default_rng(0).normal(size=(6400, model.input_shape[1])).astype("float32")
found = {}
for size, calls in ((1, 300), (64, 100)):
    model.predict(rows[:size], verbose=0)
    start = time.perf_counter()
    for at in range(calls):
        model.predict(rows[at * size % 6000 : at * size % 6000 + size], verbose=0)
    found[size] = calls * size / (time.perf_counter() - start)
print(json.dumps(found))
"""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(SPECS, folder / "specs")
        _command(folder, "train", f"specs/{NAME}.yaml", "--quiet", "--set", "train.epochs=20")
        rows, expected = _rows(folder)
        server = subprocess.Popen(
            [*_layerforge("serve", NAME, "--port", "0", "--queue", "5000")],
            cwd=folder,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stderr is not None
        address = server.stderr.readline().split(" at ")[1].split(",")[0]
        try:
            outcome, seconds, delays = asyncio.run(_load(address, rows, expected, options))
        finally:
            server.send_signal(signal.SIGTERM)
            said = server.stderr.read().strip()
            status = server.wait()
        bare = _bare(folder / "runs" / NAME / "1" / "best.keras")
    _tell(options, outcome, seconds, delays, bare, f"{said}; exit status {status}")
    return 0 if outcome["lost"] + outcome["wrong"] == 0 and status == 0 else 1


def _layerforge(*words: str) -> list[str]:
    return [sys.executable, "-m", "layerforge", *words]


def _command(folder: Path, *words: str) -> str:
    done = subprocess.run(
        _layerforge(*words), cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def _rows(folder: Path) -> tuple[list[dict[str, float]], list[dict[str, Any]]]:
    """The rows of the shipped table without its answer, and what `predict` says of each."""
    source = folder / "specs" / "data" / "breast-cancer.csv"
    with source.open(newline="") as file:
        found = [
            {name: float(text) for name, text in row.items() if name != "diagnosis"}
            for row in csv.DictReader(file)
        ]
    said = json.loads(_command(folder, "predict", NAME, "--data", str(source), "--json"))
    return found, said["rows"]


def _bare(model: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", BARE, str(model)], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


async def _load(
    address: str, rows: list[dict[str, float]], expected: list[dict[str, Any]], options: Any
) -> tuple[Counter[str], float, list[float]]:
    """Asks for `requests` rows by so many clients; counts what came back."""
    outcome: Counter[str] = Counter()
    delays: list[float] = []
    numbers = iter(range(options.requests))
    host, port = address.removeprefix("http://").split(":")

    async def client() -> None:
        reader, writer = await asyncio.open_connection(host, int(port))
        for number in numbers:
            at, bad = number % len(rows), number % 100 == 99
            row: dict[str, Any] = dict(rows[at])
            if bad:
                row["mean_area"] = "much"
            start = time.perf_counter()
            try:
                status, reply = await _ask(reader, writer, host, {"rows": [row]})
            except (OSError, asyncio.IncompleteReadError):
                outcome["lost"] += 1
                reader, writer = await asyncio.open_connection(host, int(port))
                continue
            delays.append(time.perf_counter() - start)
            outcome[_judged(status, reply, bad, expected[at])] += 1
        writer.close()

    start = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(options.clients)))
    return outcome, time.perf_counter() - start, sorted(delays)


def _judged(status: int, reply: Any, bad: bool, wanted: dict[str, Any]) -> str:
    if bad:
        named = "row 1, column `mean_area`" in reply.get("error", {}).get("message", "")
        return "refused" if status == 422 and named else "wrong"
    if status != 200:
        return "wrong"
    (answer,) = reply["rows"]
    same = all(
        abs(answer[name] - value) < 1e-5 if isinstance(value, float) else answer[name] == value
        for name, value in wanted.items()
        if name != "row"
    )
    return "right" if same else "wrong"


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, body: Any
) -> tuple[int, Any]:
    content = json.dumps(body).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
    await writer.drain()
    lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    length = next(int(each.split(":")[1]) for each in lines if each.startswith("content-length"))
    return int(lines[0].split()[1]), json.loads(await reader.readexactly(length))


def _tell(
    options: Any,
    outcome: Counter[str],
    seconds: float,
    delays: list[float],
    bare: dict[str, float],
    said: str,
) -> None:
    rate = options.requests / seconds
    middle, late = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
    print(f"{options.requests:,} requests of one row by {options.clients} clients: {seconds:.0f} s")
    print(
        f"  right {outcome['right']:,}, refused with 422 as they must be {outcome['refused']:,}, "
        f"wrong {outcome['wrong']:,}, lost {outcome['lost']:,}"
    )
    print(
        f"  {rate:,.0f} a second; half within {middle * 1e3:.0f} ms, 99% within {late * 1e3:.0f} ms"
    )
    for size, each in bare.items():
        print(
            f"  model.predict of {size} rows a call, scaled already: {each:,.0f} rows a second; "
            f"serving has {rate / each:.2f} of it"
        )
    print(f"  the server said: {said}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.serving", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=64)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())

"""The CNN-LSTM on ETTh1 against what is published and what needs no training.

    python benchmarks/etth1.py path/to/ETTh1.csv [--json]

96 hours to 24, seven series, in the protocol of the long-horizon papers: rows 8,640 / 2,880 / 2,880, scaled
by the training rows, every test window at stride 1. 0.650 is the LSTMa of the Informer paper (Zhou et al.
2021, table 2). Exit status 1 if the model does not beat it and the last day repeated.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SPEC = Path(__file__).parent / "etth1-cnn-lstm.yaml"
LSTMA = 0.650


def main() -> int:
    """Print the scores; 0 if the model beats both, 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("source", type=Path, help="ETTh1.csv")
    parser.add_argument("--json", action="store_true", help="print JSON, and nothing else")
    options = parser.parse_args()
    scores = train(options.source)
    model = scores["model"]["scaled"]["mse"]
    naive = scores["baselines"]["seasonal_naive"]["scaled"]["mse"]
    beats = model < min(LSTMA, naive)
    if options.json:
        print(
            json.dumps(scores | {"published": {"lstma": {"mse": LSTMA}}, "beats": beats}, indent=2)
        )
    else:
        print(
            f"ETTh1, 96 -> 24, 7 series, {scores['samples']:,} test windows, mse of scaled values"
        )
        print(f"cnn-lstm         {model:.4f}   must be below both: {'kept' if beats else 'broken'}")
        print(f"seasonal naive   {naive:.4f}")
        print(f"LSTMa, published {LSTMA:.3f}")
    return 0 if beats else 1


def train(source: Path) -> dict[str, Any]:
    """What `layerforge train --json` prints: the scores of the model and of the baselines."""
    with TemporaryDirectory() as runs:
        command = [sys.executable, "-m", "layerforge", "train", str(SPEC), "--json", "--quiet"]
        command += ["--runs", runs, "--set", f"data.source={source.resolve()}"]
        done = subprocess.run(command, capture_output=True, text=True, cwd=SPEC.parent.parent)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    scores: dict[str, Any] = json.loads(done.stdout)
    del scores["run"]  # it went with the temporary directory
    return scores


if __name__ == "__main__":
    sys.exit(main())

"""How `layerforge check` grows with the layers of a spec: 500, 1,000 and 2,000 of them.

    python benchmarks/check_many_layers.py [--repeats 5] [--json]

Whole processes that take turns, after a warm-up. Kept if 2,000 layers take under a second and twice the
layers take at most two and a half times what they add to an empty start. Exit status 1 if not.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.check_vs_keras import measure, options_of

SIZES = (2, 500, 1_000, 2_000)
MOST_SECONDS = 1.0
MOST_GROWTH = 2.5


def main() -> int:
    """Print the measurement; 0 if the promise is kept, 1 if not."""
    options = options_of(__doc__)
    with TemporaryDirectory() as folder:
        commands = {str(size): _command(Path(folder), size) for size in SIZES}
        times = measure(commands, options.repeats)
    # The least of the turns: what else the machine does only ever adds to a difference this small.
    seconds = {size: min(times[str(size)]) for size in SIZES}
    start = seconds[SIZES[0]]
    growth = (seconds[2_000] - start) / (seconds[1_000] - start)
    kept = seconds[2_000] < MOST_SECONDS and growth <= MOST_GROWTH
    if options.json:
        print(json.dumps({"least": seconds, "growth": growth, "kept": kept}, indent=2))
    else:
        for size, taken in seconds.items():
            print(f"layerforge check, {size:>5,} layers   {taken:.3f} s")
        print(
            f"from 1,000 to 2,000 the work grows {growth:.2f} times: {'kept' if kept else 'broken'}"
        )
    return 0 if kept else 1


def _command(folder: Path, size: int) -> list[str]:
    pair = "    - Conv1D: {filters: 16, kernel_size: 3, padding: same}\n    - BatchNormalization\n"
    path = folder / f"{size}.yaml"
    path.write_text("model:\n  input: [96, 7]\n  layers:\n" + pair * (size // 2))
    return [sys.executable, "-m", "layerforge", "check", str(path)]


if __name__ == "__main__":
    sys.exit(main())

"""The account of the data in words."""

from __future__ import annotations

from typing import Any

from layerforge.render.account import account_text, samples_noun

PART = {"rows": 8640, "samples": 8449, "from": "2016-07-01", "to": "2017-06-25"}
ACCOUNT: dict[str, Any] = {
    "source": "ETTh1.csv",
    "task": "forecast",
    "rows": 17420,
    "rows_dropped": 0,
    "columns": [
        {"name": "HUFL", "roles": ["features"]},
        {"name": "OT", "roles": ["features", "targets"]},
    ],
    "unused_columns": [],
    "time": {"column": "date", "step": "1 hour"},
    "split": {
        "how": "in order of time",
        "train": {**PART, "windows_discarded": {"too little past": 96, "missing values": 0}},
        "validation": {**PART, "rows": 2880, "samples": 2785},
        "test": {**PART, "rows": 2880, "samples": 2785},
    },
    "statistics": {"scale": "standard", "fitted_on": "the training rows"},
}


def test_the_account_says_what_was_read_split_and_fitted() -> None:
    assert account_text(ACCOUNT, 80) == (
        "data: ETTh1.csv, 17,420 rows, 2 features and 1 target\n"
        "one row every 1 hour, by the column date\n"
        "split in order of time:\n"
        "split        rows  samples  from        to\n"
        "train       8,640    8,449  2016-07-01  2017-06-25\n"
        "validation  2,880    2,785  2016-07-01  2017-06-25\n"
        "test        2,880    2,785  2016-07-01  2017-06-25\n"
        "train: 96 windows left out (too little past)\n"
        "standard scaling; every statistic is fitted on the training rows alone"
    )


def test_the_account_says_what_was_left_out() -> None:
    part = {"rows": 3, "samples": 3}
    split = {"how": "at random", "train": part, "validation": part, "test": part}
    changes: dict[str, Any] = {
        "rows_dropped": 4,
        "unused_columns": [f"c{i}\x1b" for i in range(14)],
        "time": None,
        "split": split,
        "statistics": {"scale": "none", "fitted_on": "the training rows"},
    }
    said = account_text({**ACCOUNT, **changes}, None)
    assert "4 rows dropped, since values are missing there\n" in said
    assert "not used: c0\\x1b, c1\\x1b" in said
    assert "c11\\x1b, ...\n" in said
    assert "from" not in said
    assert said.endswith("not scaled; every statistic is fitted on the training rows alone")


def test_a_sample_is_a_window_or_a_row() -> None:
    assert samples_noun("forecast", 96) == samples_noun("classification", 24) == "window"
    assert samples_noun("regression", None) == "row"

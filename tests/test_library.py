"""`import layerforge`: the functions do what the commands do, raise Faults, and load nothing early."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import layerforge
from layerforge.events import EpochDone, Event
from tests.run.conftest import BLOBS, SINE, write_data

ROOT = Path(__file__).parents[1]
HEAVY = {"tensorflow", "keras", "numpy", "polars", "rich", "typer", "matplotlib"}
FLAT = {"model.layers": ["Flatten", {"Dense": 6}], "train.epochs": 2}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, with data and specs."""
    write_data(tmp_path)
    for name, text in (("sine", SINE), ("blobs", BLOBS)):
        (tmp_path / f"{name}.yaml").write_text(dedent(text), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def python(code: str) -> str:
    """What a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", dedent(code)],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.usefixtures("folder")
def test_from_a_spec_to_a_forecast() -> None:
    heard: list[Event] = []
    spec = layerforge.load("sine.yaml", FLAT)
    assert layerforge.check(spec) == ()
    assert spec.plan is not None
    assert layerforge.build(spec).count_params() == spec.plan.params
    trained = layerforge.train(spec, listener=heard.append)
    assert sum(isinstance(event, EpochDone) for event in heard) == 2
    scores = layerforge.evaluate(trained)
    assert scores == trained.scores == layerforge.evaluate("sine") == layerforge.evaluate("sine/1")
    found = layerforge.predict(trained, "sine.csv")
    assert (found.columns, len(list(found.rows))) == (("date", "a"), 6)
    shown = layerforge.page(trained)
    assert 'id="forecast-1"' in shown.html
    assert shown.save("page.html").read_text(encoding="utf-8") == shown.html
    assert "<iframe" in shown._repr_html_()
    assert "<!doctype" not in shown._repr_html_()  # escaped, as the value of an attribute


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "overrides",
    [{"train.epochs": 3, "train.optimizer": "sgd"}, ["train.epochs=3", "train.optimizer=sgd"]],
)
def test_overrides_are_values_or_texts(overrides: dict[str, object] | list[str]) -> None:
    train = layerforge.load("blobs.yaml", overrides).train
    assert train is not None
    assert (train.epochs, train.optimizer.name) == (3, "sgd")


@pytest.mark.usefixtures("folder")
def test_one_override_is_a_text() -> None:
    train = layerforge.load("blobs.yaml", "train.epochs=3").train
    assert train is not None
    assert train.epochs == 3


@pytest.mark.usefixtures("folder")
def test_faults_are_given_by_check_and_raised_by_the_rest() -> None:
    spec = layerforge.load("blobs.yaml", {"model.layers.0.Dense.unitz": 3})
    (fault,) = layerforge.check(spec)
    assert (fault.code, fault.severity) == ("unknown-argument", "error")
    for work in (layerforge.build, layerforge.train, layerforge.tune):
        with pytest.raises(layerforge.Faults, match="unitz"):
            work(spec)
    assert not Path("runs").exists()
    with pytest.raises(layerforge.Faults, match="there is no run"):
        layerforge.evaluate("blobs")


@pytest.mark.usefixtures("folder")
def test_faults_of_the_data_are_asked_for() -> None:
    spec = layerforge.load("blobs.yaml", {"data.features": ["x", "zzz"]})
    assert layerforge.check(spec) == ()
    assert "zzz" in layerforge.check(spec, data=True)[0].message


@pytest.mark.usefixtures("folder")
def test_check_looks_at_the_search_space_and_at_what_is_watched() -> None:
    callbacks = [{"EarlyStopping": {"monitor": "val_lss"}}]
    (fault,) = layerforge.check(layerforge.load("sine.yaml", {"train.callbacks": callbacks}))
    assert "val_lss" in fault.message
    layers = ["Flatten", {"Dense": 6}, {"Dense": {"hp.Choice": [6, 5]}}]
    found = layerforge.check(layerforge.load("sine.yaml", {"model.layers": layers}))
    assert found
    assert any("5" in each.message for each in found)


def test_importing_and_checking_load_nothing_heavy(folder: Path) -> None:
    spec = str(folder / "blobs.yaml")
    told = python(
        f"""
        import layerforge, sys
        assert layerforge.check(layerforge.load({spec!r})) == ()
        print(*{HEAVY!r} & {{name.partition(".")[0] for name in sys.modules}})
        """
    )
    assert told == ""


@pytest.mark.parametrize(
    "before",
    [
        pytest.param("", marks=pytest.mark.slow),
        pytest.param("import layerforge.build", marks=pytest.mark.slow),
        "import layerforge.build.model",
    ],
)
def test_build_is_a_function_and_a_room(folder: Path, before: str) -> None:
    spec = str(folder / "blobs.yaml")
    told = python(
        f"""
        import layerforge
        {before}
        print(layerforge.build({spec!r}).count_params())
        from layerforge.build.model import make_model
        print(layerforge.build({spec!r}).count_params())
        """
    )
    assert told.split() == ["42", "42"]


def test_every_name_is_there_and_no_other() -> None:
    assert all(getattr(layerforge, name) for name in layerforge.__all__)
    assert set(layerforge.__all__) <= set(dir(layerforge))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        layerforge.nothing  # noqa: B018

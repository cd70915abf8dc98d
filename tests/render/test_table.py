"""Tables that fold words and never numbers."""

from __future__ import annotations

from layerforge.render.table import Column, fits, table

HEAD = (Column("layer"), Column("params", number=True))
ROWS = [("max_pooling1d", "0"), ("dense", "70,553,706,496")]


def test_numbers_stand_to_the_right_and_text_to_the_left() -> None:
    assert table(HEAD, ROWS, None) == [
        "layer                  params",
        "max_pooling1d               0",
        "dense          70,553,706,496",
    ]


def test_a_narrow_table_folds_words() -> None:
    assert table(HEAD, ROWS, 26) == [
        "layer               params",
        "max_                     0",
        "pooling1d",
        "dense       70,553,706,496",
    ]


def test_a_table_too_narrow_for_its_numbers_is_wider_than_asked() -> None:
    lines = table(HEAD, ROWS, 8)
    assert any("70,553,706,496" in line for line in lines)


def test_a_table_fits_where_nothing_is_folded() -> None:
    assert fits(HEAD, ROWS, 29)
    assert not fits(HEAD, ROWS, 28)
    assert fits(HEAD, ROWS, None)


def test_a_line_break_in_a_cell_begins_a_new_line_there() -> None:
    lines = table((Column("a"), Column("b")), [("x\ny", "1")], None)
    assert lines == ["a  b", "x  1", "y"]

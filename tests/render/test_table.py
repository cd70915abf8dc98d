"""Tables that fold words and never numbers."""

from __future__ import annotations

from layerforge.render.screen import Screen
from layerforge.render.table import Column, fits, table, titled

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
        "layer              params",
        "max_                    0",
        "pooling1d",
        "dense      70,553,706,496",
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


SCORES = (Column(""), *(Column(name, number=True) for name in ("model", "least_squares", "drift")))
CELLS = [("scaled mse", "0.1498", "0.1791", "2.6018"), ("r2", "0.8815", "0.8581", "-1.0672")]


def test_titles_of_numbers_are_folded_before_words_are() -> None:
    assert table(SCORES, CELLS, 36) == [
        "                     least_",
        "             model  squares    drift",
        "scaled mse  0.1498   0.1791   2.6018",
        "r2          0.8815   0.8581  -1.0672",
    ]


def test_columns_that_have_no_room_go_on_below_with_the_first_one_again() -> None:
    assert table(SCORES, CELLS, 30) == [
        "                     least_",
        "             model  squares",
        "scaled mse  0.1498   0.1791",
        "r2          0.8815   0.8581",
        "",
        "              drift",
        "scaled mse   2.6018",
        "r2          -1.0672",
    ]


def test_titles_are_strong_in_every_part_and_a_word_of_a_row_has_its_style() -> None:
    lines = titled(SCORES, CELLS, Screen(30, colour=True), [("0.1498", "good"), ("", "")])
    assert [line for line in lines if line.startswith("\x1b[1m")] == [
        "\x1b[1m                     least_\x1b[0m",
        "\x1b[1m             model  squares\x1b[0m",
        "\x1b[1m              drift\x1b[0m",
    ]
    assert "scaled mse  \x1b[32m0.1498\x1b[0m   0.1791" in lines


def test_a_sentence_is_folded_between_words_and_a_word_only_where_it_must_be() -> None:
    said = "note: model.layers.0 is (28, 32) and_so_on_and_so_on_and_so_on"
    assert Screen(20).lines(said) == [
        "note: model.layers.0",
        "  is (28, 32) and_",
        "  so_on_and_so_on_",
        "  and_so_on",
    ]
    assert Screen(None).lines("note: " + "word " * 40) == ["note: " + "word " * 40]

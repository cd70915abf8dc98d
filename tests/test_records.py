"""Records behave as frozen, slotted dataclasses do."""

from __future__ import annotations

import pickle

import pytest

from layerforge.records import field, record, replace


@record
class Point:
    """A point."""

    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)
    note: str = field(default="", compare=False)

    @property
    def norm(self) -> int:
        return abs(self.x) + abs(self.y)


@record
class Empty:
    """Nothing."""


def test_fields_come_by_place_or_name_and_defaults_fill_the_rest() -> None:
    assert (Point(1).x, Point(1).y, Point(x=1, y=2).norm) == (1, 0, 3)
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Point(1, z=3)  # type: ignore[call-arg]


def test_a_factory_makes_a_new_value_for_each() -> None:
    assert Point(1).tags == []
    assert Point(1).tags is not Point(1).tags


def test_a_record_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(AttributeError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del point.x
    with pytest.raises(AttributeError):
        point.other = 2  # type: ignore[attr-defined]
    assert not hasattr(point, "__dict__")


def test_records_are_equal_by_the_fields_that_count() -> None:
    assert Point(1, 2, note="a") == Point(1, 2, note="b")
    assert Point(1, 2) != Point(2, 1)
    assert Point(1).__eq__((1, 0, [], "")) is NotImplemented
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    with pytest.raises(TypeError):
        hash(Point(1))  # a list among the fields, as in a dataclass


def test_a_record_shows_its_fields_and_keeps_its_docstring() -> None:
    assert repr(Point(1)) == "Point(x=1, y=0, tags=[], note='')"
    assert Point.__doc__ == "A point."


def test_a_changed_copy_leaves_the_old_one() -> None:
    old = Point(1, 2)
    assert replace(old, y=5) == Point(1, 5)
    assert old.y == 2


def test_a_record_can_be_matched_and_pickled() -> None:
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)
    assert pickle.loads(pickle.dumps(Point(1, 2, ["t"]))) == Point(1, 2, ["t"])

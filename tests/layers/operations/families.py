"""The cases of the operations, a module per family; every one is held against Keras.

`CASES` are operations that Keras takes, saves, loads and runs; `BAD` what neither it nor layerforge takes.
A case's `dtype` may name one type for each tensor, with blanks between them.
"""

from typing import Final

from tests.layers.case import BadCase, Case
from tests.layers.operations.cases import (
    decompositions,
    elementwise,
    images,
    indexing,
    joining,
    matrices,
    neural,
    ordering,
    pairwise,
    reductions,
    shaping,
    signals,
)

FAMILIES: Final = {
    "decompositions": decompositions,
    "elementwise": elementwise,
    "images": images,
    "indexing": indexing,
    "joining": joining,
    "matrices": matrices,
    "neural": neural,
    "ordering": ordering,
    "pairwise": pairwise,
    "reductions": reductions,
    "shaping": shaping,
    "signals": signals,
}
CASES: Final[list[Case]] = [case for family in FAMILIES.values() for case in family.CASES]
BAD: Final[list[BadCase]] = [bad for family in FAMILIES.values() for bad in family.BAD]

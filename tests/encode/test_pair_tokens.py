"""A pair is one sequence of both sides, shared values first, and independent of the other pairs."""

from __future__ import annotations

import numpy as np
import pytest
from transformers import AutoTokenizer

from lakeindex.config.model_options import BASE_MODEL, ModelOptions
from lakeindex.encode.column_tokenizer import tokenizer
from lakeindex.encode.model_folder import model_folder
from lakeindex.encode.pair_tokens import MOST_TOKENS, pair_tokens
from lakeindex.types.columns import CrossInput, Kind
from tests.encode.made_columns import MadeColumn, cross_input_of

TOWNS = MadeColumn("town", "people", ["bonn", "ulm", "kiel"])
PLACES = MadeColumn("place", "shops", ["rome", "kiel", "bonn", "paris"], distinct=30)
PRICES = MadeColumn("price", "shops", ["12", "7"], Kind.INTEGER, 1_000)
NOTHING = MadeColumn("", "", [], Kind.EMPTY, 0)
MANY = MadeColumn("animal", "zoo", [f"{animal} {place}" for animal in ("cat", "dog", "cow", "pig") for place in "abcd"])


def place(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def words(queries: CrossInput, columns: CrossInput, left: int = 0, right: int = 0, most: int = MOST_TOKENS) -> str:
    pairs = pair_tokens(queries, columns, place(left), place(right), most)
    return str(tokenizer().decode(pairs.ids[0][pairs.is_token[0]].tolist(), skip_special_tokens=False))


def test_each_side_has_its_name_its_title_its_kind_its_size_and_its_values() -> None:
    text = words(cross_input_of([TOWNS]), cross_input_of([PRICES]))
    assert text == "[CLS] town, people, text 3 bonn, ulm, kiel, [SEP] price, shops, number 10 12, 7, [SEP]"


def test_shared_values_come_first_on_both_sides_in_the_order_of_the_query() -> None:
    text = words(cross_input_of([TOWNS]), cross_input_of([PLACES]))
    assert (
        text == "[CLS] town, people, text 3 bonn, kiel, ulm, [SEP] place, shops, text 5 bonn, kiel, rome, paris, [SEP]"
    )
    turned = words(cross_input_of([PLACES]), cross_input_of([TOWNS]))
    assert turned.startswith(
        "[CLS] place, shops, text 5 kiel, bonn, rome, paris, [SEP] town, people, text 3 kiel, bonn"
    )


def test_a_column_of_nothing_has_its_kind_and_size() -> None:
    assert words(cross_input_of([NOTHING]), cross_input_of([NOTHING])) == "[CLS] empty 0 [SEP] empty 0 [SEP]"


def test_each_side_has_half_of_the_room_and_what_the_other_leaves() -> None:
    both = pair_tokens(cross_input_of([MANY]), cross_input_of([MANY]), place(0), place(0), 43)
    assert (both.is_token.sum(), both.is_candidate.sum()) == (43, 21)
    short = pair_tokens(cross_input_of([TOWNS]), cross_input_of([MANY]), place(0), place(0), 43)
    # The query has 13 tokens; of the three special tokens one counts to the candidate.
    assert (short.is_token.sum(), short.is_candidate.sum()) == (43, 43 - 13 - 2)
    turned = pair_tokens(cross_input_of([MANY]), cross_input_of([TOWNS]), place(0), place(0), 43)
    assert (turned.is_token.sum(), turned.is_candidate.sum()) == (43, 13 + 1)


def test_no_pair_is_longer_than_the_limit() -> None:
    lengths = [
        int(pair_tokens(cross_input_of([MANY]), cross_input_of([MANY]), place(0), place(0), most).is_token.sum())
        for most in (9, 64)
    ]
    assert lengths == [9, 64]


def test_the_other_pairs_change_nothing_of_a_pair() -> None:
    columns = cross_input_of([TOWNS, PLACES, PRICES, NOTHING, MANY])
    left, right = (side.ravel() for side in np.meshgrid(np.arange(5), np.arange(5)))
    together = pair_tokens(columns, columns, left, right)
    for number in range(25):
        alone = pair_tokens(columns, columns, left[[number]], right[[number]])
        is_token = together.is_token[number]
        assert together.ids[number][is_token].tolist() == alone.ids[0][alone.is_token[0]].tolist()
        assert together.is_candidate[number][is_token].tolist() == alone.is_candidate[0][alone.is_token[0]].tolist()
        assert not together.ids[number][~is_token].any()


def test_the_sequence_is_the_tokenizers_own() -> None:
    """The special tokens and types are those that the model's tokenizer gives to a pair of texts."""
    own = AutoTokenizer.from_pretrained(str(model_folder(ModelOptions(model=BASE_MODEL))), local_files_only=True)
    encoded = own("town, people, text 3 bonn, ulm, kiel,", "price, shops, number 10 12, 7,")
    pairs = pair_tokens(cross_input_of([TOWNS]), cross_input_of([PRICES]), place(0), place(0))
    assert pairs.ids[0][pairs.is_token[0]].tolist() == encoded["input_ids"]
    assert pairs.is_candidate[0][pairs.is_token[0]].astype(int).tolist() == encoded["token_type_ids"]


def test_pairs_are_taken_no_wider_than_needed() -> None:
    columns = cross_input_of([TOWNS, MANY])
    pairs = pair_tokens(columns, columns, place(0, 1), place(0, 1))
    assert pairs.take(place(0)).ids.shape == (1, int(pairs.is_token[0].sum()))


@pytest.mark.parametrize("most", [16, MOST_TOKENS])
def test_no_pairs_are_no_tokens(most: int) -> None:
    assert len(pair_tokens(cross_input_of([TOWNS]), cross_input_of([TOWNS]), place(), place(), most).ids) == 0

"""Columns come back as they went in, whatever the numbers are."""

from hypothesis import given, settings
from hypothesis import strategies as st

from router.state.history.columns import framed, pack_numbers, pack_words, six, unframed, unpack_numbers, unpack_words

NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(six).filter(lambda value: abs(value) < 1e308)
COUNTS = st.floats(0, 1e9).map(six)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.lists(st.none() | COUNTS), st.lists(NUMBERS), st.lists(st.sampled_from([0.0, 1.5, None]))))
def test_numbers_of_six_digits_come_back_to_the_digit(values: list[float | None]) -> None:
    assert unpack_numbers(pack_numbers(values)) == values


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text()))
def test_words_come_back(values: list[str]) -> None:
    assert unpack_words(pack_words(values)) == values


@given(st.lists(st.binary()))
def test_framed_columns_come_apart_again(columns: list[bytes]) -> None:
    assert list(unframed(framed(columns))) == columns


def test_a_column_that_stands_still_takes_next_to_nothing() -> None:
    assert len(pack_numbers([129_600_000.0] * 1_440)) <= 60
    assert len(pack_numbers([None] * 1_440)) <= 60
    assert len(pack_words(["no_threat"] * 1_440)) <= 60


def test_a_count_that_moves_by_little_takes_about_a_byte() -> None:
    values = [six(4_320_000 + number * number * 7_919 % 2_000 - 1_000.0) for number in range(1_440)]
    assert len(pack_numbers(values)) < 1_440 * 1.6

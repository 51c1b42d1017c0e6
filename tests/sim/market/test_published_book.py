"""The published part of a deep book stays a prefix of it, whatever arrives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from omega_tui.sim.market.published_book import PublishedSide

_CHANGES = st.lists(
    st.tuples(st.integers(1, 1500).map(str), st.sampled_from(["0", "1", "2.5", "7"])),
    min_size=1,
    max_size=900,
)


@settings(max_examples=40, deadline=None)
@given(st.lists(_CHANGES, min_size=1, max_size=6), st.sampled_from([1, -1]))
def test_a_client_of_the_changes_holds_the_best_levels(
    batches: list[list[tuple[str, str]]], sign: int
) -> None:
    """A hidden level that becomes one of the best without being published leaves a hole in every ladder."""
    side, client, oracle = PublishedSide(sign), {}, {}
    for batch in batches:
        oracle.update(batch)
        client.update(side.apply(batch))
        oracle = {price: size for price, size in oracle.items() if size != "0"}
        client = {price: size for price, size in client.items() if size != "0"}
        best_first = sorted(oracle.items(), key=lambda level: sign * float(level[0]))
        assert sorted(client.items(), key=lambda level: sign * float(level[0])) == best_first[: len(client)]
        assert len(client) == len(oracle) or 400 <= len(client) <= 600
        assert list(side.published()) == best_first[: len(client)]
        assert side.best == (best_first[0][0] if best_first else None)


@settings(max_examples=20, deadline=None)
@given(_CHANGES, _CHANGES)
def test_replacing_says_only_what_differs(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Returning to an old book must not restate levels that did not change."""
    side = PublishedSide(1)
    old, new = ({p: s for p, s in dict(one).items() if s != "0"} for one in (before, after))
    client = dict(side.replace(old.items()))
    changes = dict(side.replace(new.items()))
    client.update(changes)
    assert {price: size for price, size in client.items() if size != "0"} == dict(side.published())
    if max(len(old), len(new)) <= 400:
        assert all(old.get(price, "0") != size for price, size in changes.items())


def test_the_same_price_in_another_writing_is_one_level() -> None:
    """Recordings write 113.5 and 113.50; two levels at one price would double the depth."""
    side = PublishedSide(-1)
    side.apply([("113.5", "1")])
    assert side.apply([("113.50", "0")]) == (("113.50", "0"),)
    assert side.published() == ()

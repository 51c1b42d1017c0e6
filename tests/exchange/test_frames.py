"""A frame that could be read in two ways, or that Python alone would accept, must not be read at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omega_tui.exchange.bitget.streams.frames import (
    BookPush,
    BookRow,
    MalformedFrame,
    Push,
    RawPush,
    decode_book,
    decode_candle_rows,
    decode_flat_rows,
    decode_push,
)

_ARG = '"arg":{"instType":"USDT-FUTURES","channel":"books","instId":"BTCUSDT"}'


def _frame(data: str, arg: str = _ARG) -> bytes:
    return f'{{"action":"snapshot",{arg},"data":{data},"ts":1700000000000}}'.encode()


def _book(data: str) -> BookRow:
    push = decode_push(_frame(data))
    return push.rows[0] if isinstance(push, BookPush) else decode_book(_raw(push))


def _raw(push: Push) -> Any:
    assert isinstance(push, RawPush)
    return push.data


def test_a_book_keeps_its_texts_and_large_sequence_numbers() -> None:
    row = _book('[{"asks":[["11.50","0.5000"]],"bids":[],"ts":"1","seq":9007199254740993,"pseq":0}]')
    assert row.asks == [("11.50", "0.5000")]
    assert (row.seq, row.pseq, row.checksum) == (9007199254740993, 0, None)


@pytest.mark.parametrize(
    "frame",
    [
        b"{bad",
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        _frame('[{"asks":[],"bids":[],"ts":"1"}]').replace(b'"action"', b'"ts":1,"action"'),
        _frame("[]", '"arg":{"channel":"a","channel":"books","instType":"x","instId":"BTCUSDT"}'),
        b'{"event":"error","event":"subscribe","code":1}',
        b'{"event":"subscribe","code":NaN}',
        b'{"event":"subscribe","extra":' + b"[" * 100_000,
    ],
)
def test_a_malformed_or_ambiguous_frame_is_refused(frame: bytes) -> None:
    with pytest.raises(MalformedFrame):
        decode_push(frame)


@pytest.mark.parametrize(
    "data",
    [
        '[{"asks":[],"asks":[],"bids":[],"ts":"1"}]',
        '[{"asks":[],"bids":[],"ts":"1","seq":1,"seq":2}]',
        '[{"asks":[],"bids":[],"ts":"1"},{"asks":[],"bids":[],"ts":"1"}]',
        "[]",
        "{}",
        '[{"asks":[["1"]],"bids":[],"ts":"1"}]',
        '[{"asks":[[1,2]],"bids":[],"ts":"1"}]',
        '[{"asks":[["1_0","1"]],"bids":[],"ts":"1"}]',
        '[{"asks":[["１","1"]],"bids":[],"ts":"1"}]',
        '[{"asks":[["1\\n","1"]],"bids":[],"ts":"1"}]',
        '[{"asks":[],"bids":[],"ts":"1","seq":NaN}]',
    ],
)
def test_book_levels_that_only_python_would_accept_are_refused(data: str) -> None:
    with pytest.raises(MalformedFrame):
        _book(data)


def _flat(data: str) -> Any:
    return _raw(decode_push(_frame(data, _ARG.replace("books", "trade"))))


def test_a_size_that_is_named_twice_is_refused_in_any_row() -> None:
    with pytest.raises(MalformedFrame, match="twice"):
        decode_flat_rows(_flat('[{"size":"1","price":"2"},{"size":"1","size":"9"}]'))


def test_an_unknown_member_or_extra_blank_is_no_reason_to_refuse() -> None:
    odd = '[{"asks" : [["11.5","1"]],"bids":[],"ts":"1","new_member":"\\u0041_"}]'
    assert _book(odd).asks == [("11.5", "1")]
    assert decode_flat_rows(_flat('[{"price" : "2"}]')) == [{"price": "2"}]
    assert decode_candle_rows(_flat('[["1","2"]]')) == [["1", "2"]]


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_raise_the_named_error(frame: bytes) -> None:
    try:
        push = decode_push(frame)
    except MalformedFrame:
        return
    assert isinstance(push, Push)
    assert isinstance(json.loads(frame), dict)

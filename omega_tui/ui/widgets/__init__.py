"""Drawing parts that know nothing of trading state: line-drawn ladder, tape, table, candles."""

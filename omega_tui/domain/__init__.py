"""The words of trading: values, instruments, markets, orders, positions. Pure; standard library only."""

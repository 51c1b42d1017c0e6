"""Pure functions over candles: swings, Fibonacci levels. They know neither exchange nor screen."""

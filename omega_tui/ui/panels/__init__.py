"""One file a panel: each draws one frozen view and says in messages what the trader asked of it."""

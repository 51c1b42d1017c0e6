"""One file a panel: each draws one frozen view."""

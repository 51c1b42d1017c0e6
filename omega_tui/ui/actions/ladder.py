"""Keys of the price ladder."""

from omega_tui.ui.actions.table import Action, Group, on_ladder, writable

ACTIONS: tuple[Action, ...] = (
    Action("order.here", ("enter",), "ENTER", "limit", "Ladder: limit ticket at cursor",
           Group.TRADE, lambda now: on_ladder(now) and writable(now) and not now.armed, footer=5,
           trades=True),
    Action("recentre", ("full_stop",), ".", "recentre", "Touch in the middle, no cursor", Group.LOOK,
           on_ladder, footer=12),
    Action("group.coarser", ("plus", "equals_sign"), "+", "coarser", "More ticks a row, up to 100",
           Group.LOOK, on_ladder, footer=13),
    Action("group.finer", ("minus",), "-", "finer", "Fewer ticks a row", Group.LOOK, on_ladder, footer=13),
)  # fmt: skip

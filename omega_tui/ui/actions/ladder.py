"""Keys of the price ladder."""

from omega_tui.ui.actions.table import Action, Group, on_ladder, writable

ACTIONS: tuple[Action, ...] = (
    Action("order.here", ("enter",), "ENTER", "limit", "Limit at cursor, else ticket",
           Group.LADDER, lambda now: on_ladder(now) and writable(now) and not now.armed, footer=5,
           trades=True),
    Action("size.1", ("1",), "1-9", "size", "Size that ENTER orders", Group.LADDER, on_ladder,
           footer=11),
    *(Action(f"size.{digit}", (str(digit),), str(digit), "size", "", Group.LADDER, on_ladder)
      for digit in range(2, 10)),
    Action("size.0", ("0",), "0", "no size", "ENTER opens the ticket", Group.LADDER, on_ladder),
    Action("trigger.here", ("T",), "T", "trigger", "Stop entry at the cursor", Group.LADDER,
           lambda now: on_ladder(now) and writable(now), trades=True),
    Action("stop.here", ("G",), "G", "stop", "Position's stop at the cursor", Group.LADDER,
           lambda now: on_ladder(now) and writable(now) and now.has_positions, trades=True),
    Action("order.up", ("K",), "K", "move up", "Order at the cursor a row up", Group.LADDER,
           lambda now: on_ladder(now) and writable(now), trades=True),
    Action("order.down", ("J",), "J", "move down", "Order a row down; ENTER sends", Group.LADDER,
           lambda now: on_ladder(now) and writable(now), trades=True),
    Action("bell", ("b",), "b", "bell", "Ring when that price trades", Group.LADDER, on_ladder),
    Action("recentre", ("full_stop",), ".", "recentre", "Touch in the middle, no cursor", Group.LADDER,
           on_ladder, footer=12),
    Action("group.coarser", ("plus", "equals_sign"), "+", "coarser", "More ticks a row, up to 100",
           Group.LADDER, on_ladder, footer=13),
    Action("group.finer", ("minus",), "-", "finer", "Fewer ticks a row", Group.LADDER, on_ladder, footer=13),
)  # fmt: skip

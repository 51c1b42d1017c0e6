"""Keys of the open ticket: its panel reads them, help and footer list them."""

from omega_tui.ui.actions.table import Action, Group, in_ticket

ACTIONS: tuple[Action, ...] = (
    Action("ticket.send", (), "ENTER", "send", "Asks by risk; again to send",
           Group.TICKET, in_ticket, footer=1),
    Action("ticket.close", (), "ESC", "close", "Withdraw question, then close",
           Group.TICKET, in_ticket, footer=2),
    Action("ticket.field", (), "TAB", "field", "Next field",
           Group.TICKET, in_ticket, footer=3),
    Action("ticket.nudge", (), "↑ ↓", "a tick", "A price by a tick, in its field",
           Group.TICKET, in_ticket, footer=4),
    Action("ticket.choose", (), "← →", "choose", "Next choice, else next type",
           Group.TICKET, in_ticket, footer=5),
    Action("ticket.type", (), "lpmta", "type", "On a choice: by its letter",
           Group.TICKET, in_ticket, footer=6),
    Action("ticket.reduce", (), "r", "reduce", "On a choice: only closes", Group.TICKET, in_ticket, footer=7),
)  # fmt: skip

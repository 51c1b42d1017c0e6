"""Keys that change what is shown."""

from omega_tui.ui.actions.table import Action, Group, always, digits_free

ACTIONS: tuple[Action, ...] = (
    Action("workspace.1", ("1",), "1-6", "workspace", "Workspace, except on the ladder",
           Group.LOOK, digits_free, footer=11),
    *(Action(f"workspace.{digit}", (str(digit),), str(digit), "workspace", "", Group.LOOK, digits_free)
      for digit in range(2, 7)),
    Action("workspace.next", ("right_square_bracket",), "]", "next", "Next workspace, ladder too",
           Group.LOOK, always, footer=17),
    Action("workspace.previous", ("left_square_bracket",), "[", "previous", "Workspace before",
           Group.LOOK, always),
    Action("symbol", ("g",), "g", "market", "Choose a market", Group.LOOK, always,
           footer=9),
    Action("timeframe", ("t",), "t", "timeframe", "Next candle length, 1m to 1D", Group.LOOK, always,
           footer=16),
    Action("switch", ("o",), "o", "tables", "Next table in a shared place", Group.LOOK, always,
           footer=10),
    Action("chart", ("c",), "c", "chart", "Ladder or chart in one place", Group.LOOK,
           lambda now: now.small, footer=9),
    Action("zoom", ("z",), "z", "zoom", "One panel alone; again for all", Group.LOOK, always,
           footer=18),
    Action("copy", ("y",), "y", "copy", "Copy price at cursor, else last", Group.LOOK, always),
    Action("privacy", ("p",), "p", "privacy", "Hide or show money", Group.LOOK, always),
    Action("theme", ("v",), "v", "theme", "Next of five sets of colours", Group.LOOK, always),
    Action("theme.swap", ("u",), "u", "red up", "Swap colours of up and down", Group.LOOK, always),
)  # fmt: skip

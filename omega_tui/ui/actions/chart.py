"""Keys of the chart while it has the keys: crosshair, past, zoom, and the swing between two candles."""

from omega_tui.ui.actions.table import Action, Group, always, on_chart

ACTIONS: tuple[Action, ...] = (
    Action("chart.older", ("left", "h"), "← h", "older", "Crosshair to older candles", Group.CHART, on_chart,
           footer=5),
    Action("chart.newer", ("right", "l"), "→ l", "newer", "Crosshair to newer candles", Group.CHART, on_chart,
           footer=6),
    Action("chart.back", ("pageup",), "PgUp", "back", "Half a screen into the past", Group.CHART, on_chart),
    Action("chart.forth", ("pagedown",), "PgDn", "forth", "Half a screen towards now", Group.CHART, on_chart),
    Action("chart.turn.older", ("left_parenthesis",), "(", "turn", "Turning point before",
           Group.CHART, on_chart),
    Action("chart.turn.newer", ("right_parenthesis",), ")", "turn", "Turning point after",
           Group.CHART, on_chart),
    Action("chart.now", ("end", "full_stop"), ".", "newest", "Newest candle, no crosshair", Group.CHART,
           on_chart, footer=7),
    Action("chart.nearer", ("plus", "equals_sign"), "+", "nearer", "Fewer candles a column", Group.CHART,
           on_chart),
    Action("chart.farther", ("minus",), "-", "farther", "More candles, up to 16 a column", Group.CHART,
           on_chart, footer=12),
    Action("swing", ("f",), "f", "swing", "Swing auto, last 100, or picked", Group.CHART, always, footer=14),
)  # fmt: skip

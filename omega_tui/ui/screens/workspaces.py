"""Workspaces: what the screen is arranged for. The stylesheet says what each one looks like."""

from enum import Enum


class Workspace(Enum):
    """In the order of their digits; the value is the style class."""

    TRADE = "-on-trade"
    CHART = "-on-chart"
    RISK = "-on-risk"
    ORDERS = "-on-orders"
    HISTORY = "-on-history"
    LINK = "-on-link"

    @property
    def digit(self) -> int:
        """The key that opens it."""
        return list(Workspace).index(self) + 1

    @property
    def title(self) -> str:
        """What it is called."""
        return _TITLES[self]

    def beside(self, step: int) -> "Workspace":
        """The next (1) or previous (-1) one."""
        each = list(Workspace)
        return each[(each.index(self) + step) % len(each)]

    @classmethod
    def kept(cls, title: object) -> "Workspace":
        """The one that was kept by its title; the first for anything else."""
        return next((each for each in cls if each.title == title), cls.TRADE)


_TITLES = {
    Workspace.TRADE: "trade",
    Workspace.CHART: "chart",
    Workspace.RISK: "positions and risk",
    Workspace.ORDERS: "orders",
    Workspace.HISTORY: "history",
    Workspace.LINK: "log and link",
}

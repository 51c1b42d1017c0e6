"""Where the stylesheets are: beside the package in a wheel, beside the repository's package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def stylesheets() -> list[Path]:
    """Every stylesheet in loading order. Raises FileNotFoundError when an installation lost them."""
    for folder in (_PACKAGE / "_styles", _PACKAGE.parent / "styles"):
        found = sorted(folder.glob("*.tcss"))
        if found:
            return list(found)
    raise FileNotFoundError(f"no stylesheets beside {_PACKAGE}; the installation is incomplete")

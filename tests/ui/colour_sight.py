"""How colours look: their contrast, their difference, and what is left of them for eyes without one cone.

Contrast is that of WCAG 2.2. The difference is CIEDE2000 (Sharma, Wu, Dalal 2005) between colours in CIELAB
under D65. Colour blindness is simulated after Machado, Oliveira, Fernandes 2009 at severity 1.
"""

from collections.abc import Callable
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

from rich.color import Color, ColorSystem

from omega_tui.ui.themes import TERMINAL_COLOURS

Rgb = tuple[float, float, float]
"""Linear light, 0 to 1 each."""

Matrix = tuple[Rgb, Rgb, Rgb]

MACHADO: dict[str, Matrix] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

TERMINALS = {
    "xterm": (
        *("000000", "cd0000", "00cd00", "cdcd00", "0000ee", "cd00cd", "00cdcd", "e5e5e5"),
        *("7f7f7f", "ff0000", "00ff00", "ffff00", "5c5cff", "ff00ff", "00ffff", "ffffff"),
    ),
    "linux": (
        *("000000", "aa0000", "00aa00", "aa5500", "0000aa", "aa00aa", "00aaaa", "aaaaaa"),
        *("555555", "ff5555", "55ff55", "ffff55", "5555ff", "ff55ff", "55ffff", "ffffff"),
    ),
}
"""What xterm and the Linux console show as their sixteen colours when nobody configured them."""


def terminal_rgb(terminal: str) -> Callable[[str], str]:
    """What this terminal shows for a colour's name."""
    return lambda name: "#" + TERMINALS[terminal][TERMINAL_COLOURS.index(name)]


def linear(colour: str) -> Rgb:
    """`#rrggbb` of sRGB as light."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return red, green, blue


def through(matrix: Matrix, light: Rgb) -> Rgb:
    """A matrix times a colour."""
    one, two, three = (sum(a * b for a, b in zip(row, light, strict=True)) for row in matrix)
    return one, two, three


def contrast(first: str, second: str) -> float:
    """Contrast ratio, 1 to 21."""
    lights = (through(_TO_XYZ, linear(colour))[1] for colour in (first, second))
    light, dark = sorted(lights, reverse=True)
    return (light + 0.05) / (dark + 0.05)


def quantised(colour: str) -> str:
    """The colour that a terminal of 256 colours shows."""
    return Color.parse(colour).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


def seen_by(colour: str, matrix: Matrix) -> Rgb:
    """A colour as light that the simulated eye sees."""
    red, green, blue = (min(max(part, 0.0), 1.0) for part in through(matrix, linear(colour)))
    return red, green, blue


_TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)


def _lab(light: Rgb) -> Rgb:
    def curve(part: float) -> float:
        return part ** (1 / 3) if part > (6 / 29) ** 3 else part / (3 * (6 / 29) ** 2) + 4 / 29

    x, y, z = (curve(part / white) for part, white in zip(through(_TO_XYZ, light), _WHITE, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def difference(first: Rgb, second: Rgb) -> float:
    """CIEDE2000 between two lights: 1 is just noticed, 20 is another colour at a glance."""
    return lab_difference(_lab(first), _lab(second))


def lab_difference(first: Rgb, second: Rgb) -> float:
    """CIEDE2000 between two colours of CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    grey = _grey((hypot(a1, b1) + hypot(a2, b2)) / 2)
    a1, a2 = a1 * (1 + grey), a2 * (1 + grey)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    chroma, lightness = (c1 + c2) / 2, (l1 + l2) / 2
    weight = (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )
    light_part = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / sqrt(20 + (lightness - 50) ** 2))
    chroma_part = (c2 - c1) / (1 + 0.045 * chroma)
    hue_part = 2 * sqrt(c1 * c2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * weight)
    rotation = -sin(radians(60 * exp(-(((hue - 275) / 25) ** 2)))) * 2 * (1 - 2 * _grey(chroma))
    return sqrt(light_part**2 + chroma_part**2 + hue_part**2 + rotation * chroma_part * hue_part)


def _grey(chroma: float) -> float:
    return 0.5 * (1 - sqrt(chroma**7 / (chroma**7 + 25.0**7)))

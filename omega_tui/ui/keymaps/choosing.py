"""Finds the keymap that the settings ask for, and never fails: what cannot be used gives way to a shipped
one."""

from dataclasses import dataclass
from pathlib import Path

from omega_tui.ui.keymaps.keymap import ARROWS, SHIPPED, Keymap
from omega_tui.ui.keymaps.reading import read_keymap

AUTO = "auto"
"""The user's own file where there is one."""

FILE_NAME = "keys.toml"
"""The user's own keymap in the configuration folder."""

_LARGEST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The keymap in force, and what is wrong with the `file` that was asked for."""

    keymap: Keymap
    faults: tuple[str, ...] = ()
    file: Path | None = None

    @property
    def trouble(self) -> str:
        """The faults in one sentence for the trader, or nothing."""
        if not self.faults:
            return ""
        fault = self.faults[0]
        if self.file is not None:
            fault = fault.replace(str(self.file), self.file.name)
        more = f" (omega-tui keys tells {len(self.faults) - 1} more)" if len(self.faults) > 1 else ""
        return f"keys of “{self.keymap.name}”{more}: {fault}"


def choose(wanted: str, folder: Path) -> Chosen:
    """The keymap `wanted`: `AUTO`, a shipped one's name, or a file, whose path may start at `folder`."""
    if wanted in SHIPPED:
        return Chosen(SHIPPED[wanted])
    if wanted == AUTO:
        file = folder / FILE_NAME
        return read_file(file) if file.exists() else Chosen(ARROWS)
    return read_file(folder / Path(wanted).expanduser())


def read_file(file: Path) -> Chosen:
    """The keymap of a file."""
    try:
        if file.stat().st_size > _LARGEST_BYTES:
            return Chosen(ARROWS, (f"{file}: too large for a keymap",), file)
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        names = ", ".join(SHIPPED)
        return Chosen(ARROWS, (f"{file}: {error.strerror}; shipped keymaps are {names}",), file)
    except UnicodeDecodeError:
        return Chosen(ARROWS, (f"{file}: not UTF-8 text",), file)
    read = read_keymap(text, str(file), file.stem)
    return Chosen(read.keymap, read.faults, file)

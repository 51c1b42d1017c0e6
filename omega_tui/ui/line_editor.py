"""A line of text with a cursor: what the editing keys of a shell do to it. Pure; it draws nothing."""

from dataclasses import dataclass, replace

from omega_tui.language.parser import LONGEST


@dataclass(frozen=True, slots=True)
class LineEditor:
    """`cursor` counts characters from the start of `text`."""

    text: str = ""
    cursor: int = 0

    @classmethod
    def holding(cls, text: str) -> "LineEditor":
        """A line with the cursor at its end."""
        return cls(text[:LONGEST], min(len(text), LONGEST))

    def inserted(self, text: str) -> "LineEditor":
        """With `text` at the cursor; control characters of a paste become spaces, so that nothing hides."""
        shown = "".join(character if character.isprintable() else " " for character in text)
        return self.replaced(self.cursor, self.cursor, shown)

    def replaced(self, start: int, end: int, text: str) -> "LineEditor":
        """With the part from `start` to `end` replaced, the cursor behind it; never longer than a line."""
        text = text[: max(0, LONGEST - len(self.text) + end - start)]
        return LineEditor(self.text[:start] + text + self.text[end:], start + len(text))

    def key(self, name: str) -> "LineEditor | None":
        """After an editing key, by Textual's name; None for a key that edits nothing."""
        move = {
            "left": max(0, self.cursor - 1),
            "right": min(len(self.text), self.cursor + 1),
            "home": 0,
            "ctrl+a": 0,
            "end": len(self.text),
            "ctrl+e": len(self.text),
            "ctrl+left": self._word_start(),
            "alt+b": self._word_start(),
            "ctrl+right": self._word_end(),
            "alt+f": self._word_end(),
        }
        if name in move:
            return replace(self, cursor=move[name])
        cut = {
            "backspace": (max(0, self.cursor - 1), self.cursor),
            "delete": (self.cursor, min(len(self.text), self.cursor + 1)),
            "ctrl+d": (self.cursor, min(len(self.text), self.cursor + 1)),
            "ctrl+u": (0, self.cursor),
            "ctrl+k": (self.cursor, len(self.text)),
            "ctrl+w": (self._word_start(), self.cursor),
        }
        return self.replaced(*cut[name], "") if name in cut else None

    def _word_start(self) -> int:
        before = self.text[: self.cursor].rstrip()
        return before.rfind(" ") + 1

    def _word_end(self) -> int:
        rest = self.text[self.cursor :]
        skipped = len(rest) - len(rest.lstrip())
        end = rest.find(" ", skipped)
        return len(self.text) if end < 0 else self.cursor + end

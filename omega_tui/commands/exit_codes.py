"""How a run of the command ends, as the number that a shell sees."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a run ended; `meaning` is what the help says of it."""

    meaning: str

    OK = 0, "it did what was asked"
    FAILED = 1, "it failed on the way"
    USAGE = 2, "a flag, a value, a setting or the environment cannot be used"
    UNREACHABLE = 3, "the exchange could not be reached; no order was sent"
    REFUSED = 4, "a guard refused it; nothing was sent"
    REJECTED = 5, "the exchange refused it"
    UNKNOWN = 6, "the fate of the order is not known: never send it again, ask for it"
    READ_ONLY = 7, "nothing can be changed from here: another cockpit trades the account, or it only looks"
    NOT_FOUND = 8, "there is no such order or journal"
    UNPROVEN = 9, "asked for, but not all of it is proven done: the answer says what is left"
    INTERRUPTED = 130, "interrupted by ctrl+c; what was sent stays on the exchange"

    def __new__(cls, value: int, meaning: str) -> "ExitCode":
        """The code with its meaning beside it."""
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code


def describe_codes() -> str:
    """Every code with its meaning, one a line, for the help."""
    return "exit codes:\n" + "".join(f"  {code.value:<4} {code.meaning}\n" for code in ExitCode)

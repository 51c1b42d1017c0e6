"""The rules of the house, held: which way imports point, and what stays out of which file.

Standard library only, and by reading the source rather than running it, except where a deferred import could
hide: there each package is imported in a process of its own and what got loaded is looked at. Every exception
stands here, in a table, with its reason.
"""

import ast
import re
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "omega_tui"

ARROWS: dict[str, tuple[str, ...]] = {
    "__init__": ("trader",),
    "__main__": ("_boot", "cli"),
    "_boot": ("clock",),
    "clock": (),
    "domain": ("domain",),
    "analytics": ("analytics", "domain"),
    "language": ("language", "domain", "analytics"),
    "history": ("history", "domain", "analytics", "journal", "clock"),
    "settings": ("settings", "domain"),
    "exchange": ("exchange", "domain", "clock"),
    "journal": ("journal", "domain", "clock"),
    "engine": ("engine", "domain", "analytics", "history", "journal", "clock", "exchange.port"),
    "sim": ("sim", "clock", "domain.values", "exchange.bitget.wire", "exchange.bitget.codes"),
    "console": ("console", "language", "engine", "domain", "analytics", "clock"),
    "ui": ("ui", "console", "language", "engine", "domain", "analytics", "clock"),
    "logs": (),
    "splash": (),
    "trader": (
        "trader",
        "language",
        "domain",
        "engine",
        "exchange.port",
        "settings",
        "sim.child",
        "logs",
        "wiring",
    ),
    "screen": ("clock", "settings", "ui"),
    "api": ("api", "engine", "history", "domain", "analytics", "journal", "clock"),
    "serving": ("__init__", "api", "clock", "domain", "engine", "settings"),
    "alone": (
        *("api", "commands.answer", "commands.exit_codes", "domain", "engine", "history", "journal"),
        *("logs", "serving", "settings", "sim.child", "wiring"),
    ),
    "plain": ("commands.exit_codes", "clock", "settings", "wiring", "logs", "ui"),
    "commands": (
        *("commands", "trader", "language", "domain", "settings", "journal", "analytics", "history"),
        *("clock", "exchange.bitget.translation.closed"),
    ),
    "environment": ("settings", "clock", "exchange", "sim.child"),
    "doctor": ("doctor", "settings", "clock", "domain", "exchange", "journal", "environment", "sim.child"),
    "cli": (
        "commands",
        "settings",
        "domain.text",
        "splash",
        "wiring",
        "sim.main",
        "doctor",
        "ui.keymaps",
        "plain",
        "alone",
    ),
    "wiring": (
        *("settings", "clock", "domain", "analytics", "exchange", "journal", "engine"),
        *("environment", "sim.child", "logs", "console", "ui", "screen", "serving"),
    ),
}
"""What each part may import of ours. The simulator reaches the cockpit as a process only (`sim.child`)."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "settings": ("msgspec", "platformdirs", "dotenv"),
    "trader": ("msgspec",),
    "history": ("msgspec",),
    "commands": ("plotext",),
    "exchange": ("ccxt", "websockets", "aiohttp", "msgspec", "orjson", "stamina", "aiolimiter"),
    "journal": ("orjson", "msgspec"),
    "sim": ("aiohttp", "orjson", "msgspec"),
    "ui": ("textual", "rich", "plotext"),
    "api": ("fastapi", "starlette", "uvicorn", "pydantic", "prometheus_client", "msgspec"),
}
"""What each part may import of others. A part that is not listed uses the standard library."""

_OUTER = ("omega_tui.engine", "omega_tui.exchange", "omega_tui.sim", "omega_tui.ui")
_TRANSLATION = tuple(
    f"omega_tui.exchange.bitget.{one}" for one in ("translation", "signing", "streams.session", "gateway")
)
_NETWORK = ("ccxt", "websockets", "aiohttp")

LOADED: dict[str, tuple[str, ...]] = {
    "domain": ("asyncio", *_OUTER),
    "analytics": ("asyncio", *_OUTER),
    "language": ("asyncio", *_OUTER),
    "history": ("asyncio", *_OUTER),
    "console": ("textual", "rich", *_NETWORK, "omega_tui.exchange.bitget", "omega_tui.ui", "omega_tui.sim"),
    "exchange": ("textual", "ccxt", "omega_tui.engine", "omega_tui.ui", "omega_tui.sim"),
    "engine": ("textual", "rich", *_NETWORK, "omega_tui.exchange.bitget", "omega_tui.ui", "omega_tui.sim"),
    "sim": ("textual", "ccxt", "websockets", "omega_tui.engine", "omega_tui.ui", *_TRANSLATION),
    "api": ("textual", "rich", "ccxt", "omega_tui.exchange.bitget", "omega_tui.ui", "omega_tui.sim"),
    "ui.panels": (*_NETWORK, "omega_tui.exchange", "omega_tui.sim", "omega_tui.journal"),
}
"""What must not be loaded once every module of a package is; ccxt waits until after the first paint."""

PURE = ("domain", "analytics", "language")

BROAD_EXCEPTS = {
    "exchange/bitget/streams/stream.py:Stream.run": "the stream is shown as lost, and reconnects",
    "engine/supervise.py:Supervisor.attempt": "the task's surface is shown as DOWN until it works again",
    "engine/supervise.py:Supervisor.call": "the fact's surface is shown as DOWN until one is taken in again",
}
"""`file:function` of the supervisors, with the status that each changes."""

FLOATS = {
    "domain/book.py:_HalfBook.update": "keys that only order the levels; price and size stay text",
    "engine/pictures/drawing.py:to_float": "charts and meters draw; nothing from it reaches an order",
}
"""`file:function` that may leave Decimal, with the reason."""

MONEY_PATH = (*("domain/", "engine/", "journal/", "sim/venue/"),)

APP_REACHES: dict[str, str] = {}
"""`file:function` that may look past its own widget, with the reason."""

WEB_HOSTS = ("127.0.0.1", "localhost", "bitget.com")

LONGEST_FILE, LONGEST_FUNCTION = 400, 60
FILE_SMELL, FUNCTION_SMELL = 350, 50


@dataclass(frozen=True)
class Source:
    """One module of the package."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def part(self) -> str:
        """The row of `ARROWS` that it belongs to."""
        return self.name.split(".")[1] if "." in self.name else "__init__"

    @property
    def short(self) -> str:
        """Its path inside the package, with forward slashes."""
        return self.path.relative_to(PACKAGE).as_posix()

    def at(self, node: ast.AST | int, words: str) -> str:
        """A line that an editor can jump to."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.path.relative_to(ROOT)}:{line}: {words}"


@cache
def sources() -> tuple[Source, ...]:
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found.append(Source(path, name, text, ast.parse(text, str(path))))
    return tuple(found)


def judge(violations: Iterator[str], fix: str) -> None:
    """Fail with every place and one sentence on what to do."""
    found = sorted(violations)
    if found:
        pytest.fail("\n".join([f"{len(found)} found.", *found, f"To mend: {fix}"]), pytrace=False)


def imported(source: Source) -> Iterator[tuple[ast.stmt, str]]:
    """Every module that a file imports, deferred and type-checking imports included."""
    known = {one.name for one in sources()}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                anchor = source.name.split(".") + ([""] if source.path.name == "__init__.py" else [])
                base = ".".join([*anchor[: -node.level], *([base] if base else [])])
            for alias in node.names:
                deeper = f"{base}.{alias.name}"
                yield node, deeper if deeper in known else base


def functions(source: Source) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
    """Every function with its dotted name inside the file."""

    def walk(node: ast.AST, prefix: str) -> Iterator[tuple[ast.FunctionDef | ast.AsyncFunctionDef, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield child, prefix + child.name
            inner = f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix
            yield from walk(child, inner)

    yield from walk(source.tree, "")


def owner(source: Source, node: ast.AST) -> str:
    """`file:function` around a node, `file:` at module level; the key of the exception tables."""
    line = getattr(node, "lineno", 0)
    around = [name for one, name in functions(source) if one.lineno <= line <= (one.end_lineno or line)]
    return f"{source.short}:{around[-1] if around else ''}"


def spelled(node: ast.AST) -> str:
    """`a.b.c` for a chain of names, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = spelled(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    return ""


def test_imports_of_ours_point_inwards() -> None:
    def violations() -> Iterator[str]:
        for source in sources():
            allowed = ARROWS.get(source.part)
            if allowed is None:
                yield source.at(1, f"{source.part} has no row in ARROWS")
                continue
            for node, target in imported(source):
                inner = target.removeprefix("omega_tui.")
                if inner == target or any(inner == one or inner.startswith(one + ".") for one in allowed):
                    continue
                yield source.at(node, f"{source.part} imports {target}")

    judge(violations(), "pass the value in from wiring, or move the shared word into domain")


def test_each_part_uses_only_its_own_libraries() -> None:
    def violations() -> Iterator[str]:
        for source in sources():
            for node, target in imported(source):
                library = target.partition(".")[0]
                if library in sys.stdlib_module_names or library == "omega_tui":
                    continue
                if library not in LIBRARIES.get(source.part, ()):
                    yield source.at(node, f"{source.part} imports {library}")

    judge(violations(), "use it behind the part that owns it, see LIBRARIES")


@pytest.mark.parametrize("package", list(LOADED))
def test_importing_a_package_loads_nothing_foreign(package: str) -> None:
    """Catches what reading cannot: an import that comes the long way round."""
    program = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module('omega_tui.{package}')\n"
        "for one in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    if not one.name.endswith('.__main__'): importlib.import_module(one.name)\n"
        "print(*sorted(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    loaded = ran.stdout.split()
    banned = [one for one in loaded for name in LOADED[package] if one == name or one.startswith(name + ".")]
    if package in PURE:
        ours = (*sys.stdlib_module_names, "omega_tui", "__main__")
        startup = ("sitecustomize", "usercustomize")
        banned += [one for one in loaded if one.partition(".")[0] not in (*ours, *startup) and one[0] != "_"]
    assert not banned, (
        f"importing omega_tui.{package} loads {', '.join(banned)}; find the import that drags it in"
    )


def test_colours_are_spelled_in_the_themes_only() -> None:
    """A colour literal elsewhere cannot follow the theme, nor the colour-blind and 16-colour ones."""
    literal = re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}\b|\b(?:rgb|hsl)a?\(")

    def violations() -> Iterator[str]:
        for source in sources():
            if source.short == "ui/themes.py":
                continue
            for node in ast.walk(source.tree):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and literal.search(node.value)
                ):
                    yield source.at(node, f"colour literal {literal.search(node.value)[0]!r}")  # type: ignore[index]

    judge(violations(), "name a theme variable and define it in ui/themes.py")


def test_style_sheets_use_variables_only() -> None:
    named = "red|green|blue|yellow|cyan|magenta|white|black|gr[ae]y|orange|purple|ansi_[a-z_]+"
    literal = re.compile(
        rf"^[^/{{]*(?:color|background|border|outline|tint|hatch|scrollbar)[^:]*:[^;]*"
        rf"(?:#[0-9a-fA-F]{{3}}|\b(?:rgb|hsl)a?\(|(?<![\w$-])(?:{named})(?![\w-]))"
    )

    def violations() -> Iterator[str]:
        for path in sorted((ROOT / "styles").rglob("*.tcss")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if literal.search(line):
                    yield f"{path.relative_to(ROOT)}:{number}: {line.strip()}"

    judge(violations(), "use a $variable of ui/themes.py")


CLOCKS = re.compile(
    r"time\.(?:time|monotonic|perf_counter|process_time|thread_time)(?:_ns)?|time\.sleep"
    r"|(?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today)"
    r"|random\.(?!Random$)\w+|uuid\.uuid[14]|secrets\.\w+|os\.urandom"
    r"|(?:\w+\.)*\w*loop\.time"
)


def test_only_the_clock_reads_time_or_draws_randomness() -> None:
    """Anything else could not be replayed, nor tested without waiting."""

    def violations() -> Iterator[str]:
        for source in sources():
            if source.name == "omega_tui.clock":
                continue
            aliases = {
                alias.asname or alias.name: f"{node.module}.{alias.name}"
                for node in ast.walk(source.tree)
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            }
            for node in ast.walk(source.tree):
                if not isinstance(node, ast.Call):
                    continue
                head, dot, rest = spelled(node.func).partition(".")
                name = aliases.get(head, head) + dot + rest
                unseeded = name == "random.Random" and not (node.args or node.keywords)
                if CLOCKS.fullmatch(name) or unseeded:
                    yield source.at(node, f"calls {name}()")
                elif name == "random.Random" and source.part != "sim":
                    yield source.at(node, "a seeded generator outside the simulator")

    judge(violations(), "take a Clock or Ids of omega_tui.clock as an argument")


def float_calls() -> Iterator[tuple[str, str]]:
    """Owner and place of each conversion on the money path; infinity as a mark is no amount."""
    for source in sources():
        for node in ast.walk(source.tree) if source.short.startswith(MONEY_PATH) else ():
            converts = isinstance(node, ast.Call) and spelled(node.func) == "float" and node.args
            if converts and not isinstance(converts[0], ast.Constant):
                yield owner(source, node), source.at(node, f"float() in {owner(source, node)}")


def test_money_never_becomes_a_float() -> None:
    judge(
        (place for one, place in float_calls() if one not in FLOATS),
        "stay in Decimal; display, charts and scores convert on their own side",
    )


def broad_excepts() -> Iterator[tuple[str, str]]:
    """Owner and place of each handler that catches whatever comes."""
    for source in sources():
        for node in ast.walk(source.tree):
            if isinstance(node, ast.ExceptHandler):
                kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                caught = {"everything" if kind is None else spelled(kind) for kind in kinds}
                if broad := caught & {"everything", "Exception", "BaseException"}:
                    place = owner(source, node)
                    yield place, source.at(node, f"catches {broad.pop()} in {place}")


def test_broad_excepts_live_in_named_supervisors() -> None:
    judge(
        (place for one, place in broad_excepts() if one not in BROAD_EXCEPTS),
        "catch what can happen here; let a supervisor of BROAD_EXCEPTS have the rest",
    )


def app_reaches() -> Iterator[tuple[str, str]]:
    """Owner and place of each look past the own widget."""
    reach = re.compile(r"self\.(?:app|screen|parent)\.")
    query = re.compile(r"(?!self\.query).+\.(?:query_one|query|query_exactly_one)")
    for source in sources():
        for node in ast.walk(source.tree) if source.short.startswith(("ui/panels/", "ui/widgets/")) else ():
            name = spelled(node) if isinstance(node, ast.Attribute) else ""
            if reach.match(name) or query.fullmatch(name):
                yield owner(source, node), source.at(node, f"{name} in {owner(source, node)}")


def test_widgets_do_not_reach_past_themselves() -> None:
    judge(
        (place for one, place in app_reaches() if one not in APP_REACHES),
        "receive it in the view, or send a message up",
    )


def documented_by_a_port() -> frozenset[str]:
    """Names of methods that some Protocol of ours documents; an implementation need not say it again."""
    return frozenset(
        method.name
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ClassDef) and any(spelled(base) == "Protocol" for base in node.bases)
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(method)
    )


PLAIN_BASES = frozenset(
    ("Protocol", "Enum", "StrEnum", "IntEnum", "Struct", "Exception", "ValueError", "NamedTuple")
)
"""Bases that document no methods of ours."""


def test_every_module_and_public_name_says_what_it_is_for() -> None:
    ports = documented_by_a_port()

    def undocumented(source: Source, body: list[ast.stmt], inherits: bool, prefix: str) -> Iterator[str]:
        for node in body:
            if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if node.name.startswith("_"):
                continue
            inherited = prefix and (inherits or node.name in ports)
            setter = any(spelled(one).endswith((".setter", "overload")) for one in node.decorator_list)
            if not ast.get_docstring(node) and not inherited and not setter:
                yield source.at(node, f"{prefix}{node.name} has no docstring")
            if isinstance(node, ast.ClassDef):
                plain = {
                    "Protocol",
                    "Enum",
                    "StrEnum",
                    "IntEnum",
                    "Struct",
                    "Exception",
                    "ValueError",
                    "NamedTuple",
                }
                bases = {spelled(base) for base in node.bases} - plain
                yield from undocumented(source, node.body, bool(bases), f"{node.name}.")

    def violations() -> Iterator[str]:
        for source in sources():
            if not ast.get_docstring(source.tree):
                yield source.at(1, "the module has no docstring")
            yield from undocumented(source, source.tree.body, False, "")

    judge(violations(), "say what it is for, units, shapes and errors; or make the name private")


def test_everything_is_annotated() -> None:
    def violations() -> Iterator[str]:
        for source in sources():
            for node, name in functions(source):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                starred = [one for one in (node.args.vararg, node.args.kwarg) if one]
                for one in [*arguments, *starred]:
                    if one.annotation is None and one.arg not in ("self", "cls"):
                        yield source.at(one, f"{name}: {one.arg} has no type")
                if node.returns is None:
                    yield source.at(node, f"{name} has no return type")

    judge(violations(), "annotate it")


def tracked() -> list[Path]:
    """The project's own text files."""
    suffixes = {
        ".py",
        ".md",
        ".toml",
        ".lock",
        ".tcss",
        ".txt",
        ".json",
        ".yaml",
        ".cfg",
        ".example",
        ".svg",
        "",
    }
    tops = ["omega_tui", "styles", "tests", "bench", "screenshots", "docs", ".ci"]
    inside = [path for top in tops for path in (ROOT / top).rglob("*")]
    found = [path for path in [*ROOT.iterdir(), *inside] if path.is_file() and path.suffix in suffixes]
    return [path for path in found if path != Path(__file__) and path.name != ".env"]


def test_no_machine_and_no_person_shows_in_the_files() -> None:
    private = re.compile(
        r"/root/|/home/(?!of/)\w|/Users/\w|/work/|/opt/|--find-links|--(?:extra-)?index-url|file://"
        r"|\b[\w.+-]+@[\w-]+\.[a-z]{2,}\b"
        r"|\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}\b"
    )

    def violations() -> Iterator[str]:
        for path in tracked():
            for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                if match := private.search(line):
                    yield f"{path.relative_to(ROOT)}:{number}: {match[0]}"

    judge(violations(), "write it so that it is true on any machine")


def test_the_program_talks_to_bitget_and_to_itself_only() -> None:
    address = re.compile(r"\b(?:https?|wss?)://([\w.-]+)")

    def violations() -> Iterator[str]:
        for source in sources():
            for number, line in enumerate(source.text.splitlines(), 1):
                for host in address.findall(line):
                    if not any(host == known or host.endswith("." + known) for known in WEB_HOSTS):
                        yield source.at(number, host)

    judge(violations(), "leave the host out; a page is cited by its name")


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b|#.*\b(?:placeholder|stubbed|for now|temporary)\b")

    def violations() -> Iterator[str]:
        for source in sources():
            for number, line in enumerate(source.text.splitlines(), 1):
                if match := later.search(line):
                    yield source.at(number, match[0])

    judge(violations(), "do it, or open an issue and remove the words")


def lengths() -> Iterator[tuple[int, int, int, str]]:
    """Length, smell, limit and place of every file and function."""
    for source in sources():
        yield source.text.count("\n"), FILE_SMELL, LONGEST_FILE, source.at(1, "file")
        for node, name in functions(source):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            yield length, FUNCTION_SMELL, LONGEST_FUNCTION, source.at(node, name)


def test_files_and_functions_stay_readable() -> None:
    """Past the smell a warning, past the limit a failure: such a file has two reasons to change."""
    for length, smell, limit, place in lengths():
        if smell < length <= limit:
            warnings.warn(f"{place}: {length} lines", stacklevel=1)
    long = (f"{place}: {length} lines" for length, _, limit, place in lengths() if length > limit)
    judge(long, "split along the two things that it does")


@pytest.mark.parametrize(
    ("table", "needed"),
    [(BROAD_EXCEPTS, broad_excepts), (FLOATS, float_calls), (APP_REACHES, app_reaches)],
    ids=["excepts", "floats", "reaches"],
)
def test_no_exception_outlives_its_code(
    table: dict[str, str], needed: Callable[[], Iterator[tuple[str, str]]]
) -> None:
    """A row whose code is gone would excuse whatever comes to stand there next."""
    places = {place for place, _ in needed()}
    judge((place for place in table if place not in places), "remove the row")

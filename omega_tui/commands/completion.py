"""Completion files for shells, made from the parsers themselves, so that they know what the program knows."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SHELLS = ("bash", "zsh", "fish")
"""Shells that a file can be made for."""

_BASH = """\
_omega_tui() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command="" word words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $word in {names}) command=$word; break ;; esac
    done
    case $command in
{cases}
    esac
    COMPREPLY=( $(compgen -W "$words" -- "$current") )
}}
complete -o default -F _omega_tui omega-tui
"""
_ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


@dataclass(frozen=True, slots=True)
class Known:
    """What can follow a command: its words with what they mean."""

    help: str
    words: tuple[tuple[str, str], ...]


def known(parser: argparse.ArgumentParser, others: Mapping[str, argparse.ArgumentParser]) -> dict[str, Known]:
    """Every command with what can follow it, the empty name for the program itself; `others` are parsers of
    commands that read their own flags."""
    found = {"": Known("", tuple(_words(parser)))}
    for name, parser_of, words in _commands(parser):
        found[name] = Known(words, tuple(_words(others.get(name, parser_of))))
    return found


def completion(shell: str, commands: Mapping[str, Known]) -> str:
    """The file for a shell."""
    return _fish(commands) if shell == "fish" else (_ZSH if shell == "zsh" else "") + _bash(commands)


def _commands(
    parser: argparse.ArgumentParser,
) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, each in action.choices.items():
                yield name, each, helps.get(name, "")


def _words(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        words = action.help if isinstance(action.help, str) and action.help != argparse.SUPPRESS else ""
        for option in action.option_strings:
            if option.startswith("--"):
                yield option, words
        if action.choices is not None and not action.option_strings:
            helps = {}
            if isinstance(action, argparse._SubParsersAction):
                helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            yield from ((str(choice), helps.get(str(choice), "")) for choice in action.choices)


def _bash(commands: Mapping[str, Known]) -> str:
    cases = "\n".join(
        f"""        "{name}") words="{" ".join(word for word, _ in each.words)}" ;;"""
        for name, each in commands.items()
    )
    return _BASH.format(names="|".join(name for name in commands if name), cases=cases)


def _fish(commands: Mapping[str, Known]) -> str:
    lines = []
    for name, each in commands.items():
        where = f"__fish_seen_subcommand_from {name}" if name else "__fish_use_subcommand"
        for word, words in each.words:
            kind = f"-l {word[2:]}" if word.startswith("--") else f"-a {word}"
            meaning = words.replace("'", " ")
            lines.append(f"complete -c omega-tui -n '{where}' {kind} -d '{meaning}'")
    return "\n".join(lines) + "\n"

"""Options and classes that commands share: options with several words, and help in sections."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from model.storage.weights import DEFAULT

WIDTH: Final = 120
"""Largest width of the help [characters]."""
_SEPARATOR: Final = "\x1f"


class Several(click.Option):
    """An option that takes all words up to the next option, as in ``--columns TARGETID '*_EW'``.

    Its value is a tuple of words, or with ``grouped=True`` a tuple of tuples, one for each use of the option.
    """

    def __init__(self, *args: Any, kind: Callable[[str], Any] = str, grouped: bool = False, **attributes: Any) -> None:
        super().__init__(*args, multiple=True, **attributes)
        self.kind, self.grouped = kind, grouped

    def process_value(self, ctx: click.Context, value: Any) -> tuple[Any, ...]:
        """Split the words that `Command.parse_args` joined, and convert each with `kind`."""
        groups = tuple(self._convert_words(ctx, text) for text in super().process_value(ctx, value) or ())
        return groups if self.grouped else tuple(word for group in groups for word in group)

    def _convert_words(self, ctx: click.Context, text: str) -> tuple[Any, ...]:
        try:
            return tuple(self.kind(word) for word in text.split(_SEPARATOR) if word)
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, self) from error


class Command(click.Command):
    """A command that accepts `Several` options and prints its epilogue verbatim."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Join the words of each `Several` option to one word, then let click parse the line."""
        several = {name for option in self.params if isinstance(option, Several) for name in option.opts}
        return super().parse_args(ctx, list(_join_words(args, several)))

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the epilogue without wrapping."""
        del ctx
        if self.epilog:
            formatter.write(f"\n{self.epilog.strip()}\n")


class Group(click.Group):
    """A group whose help lists its commands under headings."""

    command_class = Command

    def __init__(self, *args: Any, sections: dict[str, Sequence[str]], **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.sections = sections

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a table of commands for each section."""
        del ctx
        for title, names in self.sections.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(WIDTH)) for name in names])


def _join_words(args: Iterable[str], several: set[str]) -> Iterator[str]:
    words: list[str] | None = None
    for word in args:
        if words is not None and word.startswith("-") and not _is_number(word):
            yield _SEPARATOR.join(words)
            words = None
        if words is not None:
            words.append(word)
            continue
        yield word
        if word in several:
            words = []
    if words is not None:
        yield _SEPARATOR.join(words)


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


FILE: Final = click.Path(path_type=Path)
"""A file or folder; the command checks it."""
SEED: Final = click.IntRange(0, 2**32 - 1)

model_option = click.option(
    "--model", default=DEFAULT, show_default=True, help="Name of the weights, or a .safetensors file."
)
fill_missing_option = click.option(
    "--fill-missing", is_flag=True, help="Estimate missing bins from the others, of which at least six are needed."
)
columns_option = click.option(
    "--columns", cls=Several, metavar="NAME...", help="Columns or patterns to write; PROBLEM is always written."
)

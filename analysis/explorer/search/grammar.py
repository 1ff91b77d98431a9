"""The grammar of searches: conditions that are joined by and, or and parentheses."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_CONDITIONS: Final = 20
MAX_DEPTH: Final = 8
"""Parentheses within parentheses."""
FORMS: Final = (
    "Conditions are: NAME LOW..HIGH, NAME > NUMBER, LOW < NAME < HIGH, NAME missing, row N, cone(RA, DEC, DEGREES); "
    "join them with & or “or”, and group them with parentheses."
)
LIKE: Final = "Conditions look like: redshift 0.1..0.2 & HALPHA_EW > 50"

_TOKEN: Final = re.compile(
    r"(?P<text>\bcone\s*\([^()]*\))|(?P<open>\()|(?P<close>\))|(?P<all>&+|\band\b)|(?P<any>\|+|\bor\b)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


class FindError(ValueError):
    """A search is not understood, or names no galaxy of the catalogue; the message is shown to the visitor."""


class Condition(NamedTuple):
    """One condition, which `conditions.mask` understands."""

    text: str


class AllOf(NamedTuple):
    """Galaxies that all of the parts describe."""

    parts: "tuple[Search, ...]"


class AnyOf(NamedTuple):
    """Galaxies that one of the parts describes at least."""

    parts: "tuple[Search, ...]"


Search = Condition | AllOf | AnyOf


class Token(NamedTuple):
    """A part of the text: its kind, "text", "open", "close", "all", "any" or "end", and how it is written."""

    kind: str
    text: str


def parse(text: str) -> Search:
    """Return the tree of a search.

    Parameters
    ----------
    text : str
        Conditions, joined by ``&``, ``and``, ``|`` or ``or``; "and" binds closer than "or".

    Returns
    -------
    Condition, AllOf or AnyOf
        Its conditions are not empty, and not yet understood.

    Raises
    ------
    FindError
        If a condition is missing, a parenthesis has no partner, or the text is beyond the limits.
    """
    tokens = list(_tokens(text))
    conditions = sum(token.kind == "text" for token in tokens)
    if conditions > MAX_CONDITIONS:
        raise FindError(f"The search has {conditions} conditions; the limit is {MAX_CONDITIONS}.")
    parser = _Parser([*tokens, Token("end", "")])
    tree = parser.any_of(0)
    if parser.next.kind == "close":
        raise FindError("A parenthesis is closed that was not opened: remove “)”, or write “(” before.")
    if parser.next.kind != "end":
        raise FindError(f"“{text.strip()[:40]}” was not understood. {FORMS}")
    return tree


def _tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text; characters between the others become one, unless there is nothing but space."""
    run: list[str] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "other"
        if kind in ("text", "other"):
            run.append(found[0])
            continue
        if condition := "".join(run).strip():
            yield Token("text", condition)
        run = []
        yield Token(kind, found[0])
    if condition := "".join(run).strip():
        yield Token("text", condition)


class _Parser:
    """Reads tokens by recursive descent."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._place = 0

    @property
    def next(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self.next
        self._place += 1
        return token

    def any_of(self, depth: int) -> Search:
        parts = [self._all_of(depth)]
        while self.next.kind == "any":
            self._take()
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all_of(self, depth: int) -> Search:
        parts = [self._one(depth)]
        while self.next.kind == "all":
            self._take()
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _one(self, depth: int) -> Search:
        before = self._tokens[self._place - 1] if self._place else Token("end", "")
        token = self.next
        if token.kind == "text":
            return Condition(self._take().text)
        if token.kind != "open":
            joined = next((each.text for each in (before, token) if each.kind in ("all", "any")), "")
            where = "between the parentheses" if not joined else f"beside “{joined}”"
            raise FindError(f"There is no condition {where}. {LIKE}")
        if depth == MAX_DEPTH:
            raise FindError(f"There are more than {MAX_DEPTH} parentheses within each other. Write the search flatter.")
        self._take()
        tree = self.any_of(depth + 1)
        if self.next.kind == "end":
            raise FindError("A parenthesis is opened that is not closed: write “)” where the group ends.")
        if self.next.kind != "close":
            raise FindError(f"“{self.next.text[:40]}” was not understood behind a parenthesis. {FORMS}")
        self._take()
        return tree

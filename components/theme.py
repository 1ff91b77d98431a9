"""Colours and type of the app, said once: CSS variables and figures both read them from here."""

from typing import Final, Literal

Scheme = Literal["dark", "light"]

TOKENS: Final[dict[str, dict[str, str]]] = {
    "dark": {
        "background": "#0b0d12",
        "card": "#12151c",
        "raised": "#171b24",
        "hairline": "#242a36",
        "text": "#e6e9ef",
        "muted": "#8b94a5",
        "starlight": "#f5a65b",
        "violet": "#a884ff",
        "cyan": "#4cc9f0",
        "green": "#4ade80",
        "red": "#ff5d6c",
    },
    "light": {
        "background": "#f6f7f9",
        "card": "#ffffff",
        "raised": "#f1f3f6",
        "hairline": "#dfe3ea",
        "text": "#181c24",
        "muted": "#5f6878",
        "starlight": "#b85f14",
        "violet": "#7a4fe0",
        "cyan": "#0284b5",
        "green": "#14883f",
        "red": "#d62a40",
    },
}

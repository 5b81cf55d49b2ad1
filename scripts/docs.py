"""Writes docs/events.md and docs/openapi.json anew from the code."""

from pathlib import Path

from squad.apps import describe

ROOT = Path(__file__).parent.parent


def main() -> None:
    """This will write each document and say so."""
    for path, text in describe.documents().items():
        (ROOT / path).write_text(text, encoding="utf-8")
        print(path)


if __name__ == "__main__":
    main()

"""Grids of answers: what was decided for each row and column, as text that people can read and compare."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def grid(title: str, rows: Sequence[str], columns: Sequence[str], answer: Callable[[str, str], str]) -> list[str]:
    """
    @param answer: is called with a row and a column.
    @return: lines: the title and the columns, then the rows with their answers. Rows with the same answers are one.
    """
    alike: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        alike.setdefault(tuple(answer(row, column) for column in columns), []).append(row)
    table = [(title, *columns), *((", ".join(names), *answers) for answers, names in alike.items())]
    widths = [max(map(len, cells)) for cells in zip(*table, strict=True)]
    return ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in table]

"""Draws how often the evaluator calls a release worse, by how bad it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, WIDE, HIGH = 860, 330, 60, 50, 330, 210
Points = Sequence[tuple[float, float]]


def drawn(curves: Mapping[str, Points]) -> str:
    """Return the picture, in SVG."""
    errors = [(x, f"{x:.1%}", y) for x, y in curves["errors"]]
    slower = [(x, f"{x:g}", y) for x, y in curves["latency"]]
    title = "Called worse, of 100 canaries (5 %, then 100 %)"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><text x="{LEFT}" y="24" font-size="14">{title}</text>'
        f"{_plot(0, '5xx answers of green, of 1,000 requests (blue: 0.1 %)', errors, (0.001, 0.02))}"
        f"{_plot(430, 'p95 of green, times that of blue', slower, (1.0, 1.5))}</svg>\n"
    )


def _plot(shift: int, label: str, points: Sequence[tuple[float, str, float]], promised: tuple[float, ...]) -> str:
    least, most = min(x for x, _, _ in points), max(x for x, _, _ in points)

    def across(x: float) -> float:
        return round(LEFT + WIDE * (x - least) / (most - least), 1)

    parts = [_level(y) for y in (0, 0.25, 0.5, 0.75, 1)]
    parts += [
        f'<line x1="{across(x)}" x2="{across(x)}" y1="{TOP}" y2="{TOP + HIGH}" '
        'stroke="#1a73e8" stroke-dasharray="4 3"/>'
        for x in promised
    ]
    line = " ".join(f"{across(x)},{_up(y)}" for x, _, y in points)
    parts.append(f'<polyline points="{line}" fill="none" stroke="#d93025" stroke-width="2"/>')
    for x, said, y in points:
        parts.append(f'<circle cx="{across(x)}" cy="{_up(y)}" r="3.5" fill="#d93025"/>')
        parts.append(_text(across(x), TOP + HIGH + 18, said, 10))
    parts.append(_text(LEFT + WIDE / 2, TOP + HIGH + 42, label, 12))
    return f'<g transform="translate({shift},0)">{"".join(parts)}</g>'


def _up(share: float) -> float:
    return round(TOP + HIGH * (1 - share), 1)


def _level(share: float) -> str:
    line = f'<line x1="{LEFT}" x2="{LEFT + WIDE}" y1="{_up(share)}" y2="{_up(share)}" stroke="#ddd"/>'
    return f'{line}<text x="{LEFT - 8}" y="{_up(share) + 4}" text-anchor="end">{share:.0%}</text>'


def _text(x: float, y: float, said: str, size: int) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle" font-size="{size}">{said}</text>'

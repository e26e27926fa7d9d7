"""Draws how often the evaluator calls a release worse, by how bad it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, TOP, WIDE, HIGH = 860, 330, 60, 50, 330, 210
Points = Sequence[tuple[float, float]]


def drawn(curves: Mapping[str, Points]) -> str:
    """Return the picture, in SVG."""
    errors = _plot(0, "5xx answers of green (blue: 0.1 %)", curves["errors"], 0.0, lambda x: f"{x:.1%}", (0.001, 0.02))
    slower = _plot(430, "p95 of green, times blue's", curves["latency"], 1.0, lambda x: f"{x:g}", (1.0, 1.5))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">'
        "<title>How often a canary (5 %, then 100 %) is called worse, by how bad it is</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="24" font-size="14">Called worse, of 100 canaries (5 %, then 100 %)</text>{errors}{slower}</svg>\n'
    )


def _plot(shift: int, label: str, points: Points, least: float, said: object, marks: tuple[float, float]) -> str:
    most = max(x for x, _ in points)

    def place(x: float, y: float) -> tuple[float, float]:
        return LEFT + WIDE * (x - least) / (most - least), TOP + HIGH * (1 - y)

    grid = "".join(
        f'<line x1="{LEFT}" x2="{LEFT + WIDE}" y1="{place(least, y)[1]:.0f}" y2="{place(least, y)[1]:.0f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{place(least, y)[1] + 4:.0f}" text-anchor="end">{y:.0%}</text>'
        for y in (0, 0.25, 0.5, 0.75, 1)
    )
    promised = "".join(
        f'<line x1="{place(x, 0)[0]:.0f}" x2="{place(x, 0)[0]:.0f}" y1="{TOP}" y2="{TOP + HIGH}" stroke="#1a73e8" '
        'stroke-dasharray="4 3"/>'
        for x in marks
    )
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in (place(x, y) for x, y in points))
    dots = "".join(
        f'<circle cx="{place(x, y)[0]:.1f}" cy="{place(x, y)[1]:.1f}" r="3.5" fill="#d93025"/>' for x, y in points
    )
    ticks = "".join(
        f'<text x="{place(x, 0)[0]:.0f}" y="{TOP + HIGH + 18}" text-anchor="middle" font-size="10">{said(x)}</text>'  # type: ignore[operator]
        for x, _ in points
    )
    return (
        f'<g transform="translate({shift},0)">{grid}{promised}<polyline points="{line}" fill="none" stroke="#d93025" '
        f'stroke-width="2"/>{dots}{ticks}<text x="{LEFT + WIDE / 2:.0f}" y="{TOP + HIGH + 42}" text-anchor="middle">{label}'
        "</text></g>"
    )

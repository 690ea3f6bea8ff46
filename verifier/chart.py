"""Shares in exact decimals and bars as characters or as inline SVG.

*Idea*: Bars carry no text of their own; numbers and names stand beside them as real text, so a bar never is the only
place where a number can be read. Everything is computed in integers.

*Invariants*: A bar is empty only for 0 and full only for the whole. Output holds digits and fixed markup, nothing else.
"""

# Length of a full bar in the coordinates of the picture.
SVG_WIDTH = 1000
SVG_HEIGHT = 20


def percent(part: int, whole: int) -> str:
    """Return part/whole in per cent with two decimals, halves rounded up; "-" where whole is 0."""
    if whole <= 0:
        return "-"
    # hundredths = floor(10000 * part / whole + 1/2)
    hundredths = (2 * 10000 * part + whole) // (2 * whole)
    return f"{hundredths // 100:,}.{hundredths % 100:02d}%"


def bar_length(part: int, whole: int, full: int) -> int:
    """Return the length of a bar for part of whole, 0..full: 0 only for nothing, full only for all (or more)."""
    if whole <= 0 or part <= 0:
        return 0
    if part >= whole:
        return full
    return max(1, min(full - 1, (2 * full * part + whole) // (2 * whole)))


def text_bar(part: int, whole: int, *, width: int, mark: int | None = None) -> str:
    """Return a bar of exactly width characters, "#" filled, "." empty, with "|" where mark (in units of part) lies."""
    length = bar_length(part, whole, width)
    bar = "#" * length + "." * (width - length)
    if mark is None or whole <= 0:
        return bar
    place = min(width - 1, bar_length(mark, whole, width))
    return bar[:place] + "|" + bar[place + 1 :]


def svg_bar(part: int, whole: int, *, style: str, mark: int | None = None) -> str:
    """Return an inline SVG bar that screen readers skip; style is a CSS class of ours, mark a line in units of part."""
    length = bar_length(part, whole, SVG_WIDTH)
    line = ""
    if mark is not None and whole > 0:
        place = min(SVG_WIDTH - 6, bar_length(mark, whole, SVG_WIDTH))
        line = f'<rect class="mark" x="{place}" width="6" height="{SVG_HEIGHT}"/>'
    return (
        f'<svg class="bar" viewBox="0 0 {SVG_WIDTH} {SVG_HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="{SVG_WIDTH}" height="{SVG_HEIGHT}"/>'
        f'<rect class="{style}" width="{length}" height="{SVG_HEIGHT}"/>{line}</svg>'
    )

"""A chart as part of a page: its colours are the page's, for light and for dark, and its style needs no leave.

Matplotlib styles every element by an attribute, which a strict security policy forbids. The same words are
attributes of their own in SVG (`fill`, `stroke-width`), which it does not.
"""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as XML

from markupsafe import Markup
from matplotlib.figure import Figure

from sim.show.charts.check_headlines import BAND
from sim.show.charts.saving import svg_of
from sim.show.charts.style import DARK, FAINT, INK

SVG, LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
COLOURS = {
    INK: "ink",
    FAINT: "faint",
    DARK: "now",
    "#d55e00": "changed",
    BAND: "band",
    "#ffffff": "paper",
    "#e3e3e3": "grid",
    "#eeeeee": "grid",
}
"""What a page calls the colours of a chart: a class for each, `fill-ink` and `stroke-ink`."""
_PAINTED = ("fill", "stroke")
_REFERENCE = re.compile(r"#(?=[\w.-]+\)?$)")


def inline_svg(figure: Figure, name: str, alternative: str) -> Markup:
    """The chart as an element of a page, named by its alternative text; ids begin with `name`, which is the page's
    only one."""
    root = XML.parse(io.BytesIO(svg_of(figure, letters="none"))).getroot()
    for part in ("metadata", "defs"):
        for element in root.findall(f"{{{SVG}}}{part}"):
            if part == "metadata" or element.find(f"{{{SVG}}}style") is not None:
                root.remove(element)
    for element in root.iter():
        _restyle(element, name)
    for size in ("width", "height", "version"):
        root.attrib.pop(size, None)
    root.attrib |= {"role": "img", "aria-label": alternative, "class": "chart", "stroke-linejoin": "round"}
    XML.register_namespace("", SVG)
    XML.register_namespace("xlink", LINK)
    return Markup(XML.tostring(root, encoding="unicode"))


def _restyle(element: XML.Element, name: str) -> None:
    """Style becomes attributes, known colours become classes, ids become this chart's own."""
    styles = dict(part.split(":", 1) for part in element.attrib.pop("style", "").split(";") if ":" in part)
    classes: list[str] = []
    for key, value in ((key.strip(), value.strip()) for key, value in styles.items()):
        if key in _PAINTED and value in COLOURS:
            classes.append(f"{key}-{COLOURS[value]}")
        elif key != "font-family":
            element.set(key, value)
    if classes:
        element.set("class", " ".join(classes))
    if "id" in element.attrib:
        element.set("id", f"{name}-{element.attrib['id']}")
    for key in (f"{{{LINK}}}href", "clip-path"):
        if key in element.attrib:
            element.set(key, _REFERENCE.sub(f"#{name}-", element.attrib[key]))

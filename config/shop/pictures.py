"""Product pictures, drawn instead of photographed: an outline for the kind of thing, a tint for its colour.

The outlines are the templates in `templates/shop/pictures/`. `/pictures/kettle-forest.svg`, say, names both,
so a picture needs no row, and a browser may keep it.
"""

from typing import Final

from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string

TINTS: Final = {
    #          back       glow       body       deep       pale
    "amber": ("#fdf3df", "#fae6bd", "#e8a93b", "#9a6412", "#fbe3ac"),
    "brick": ("#fbeae6", "#f5d3cb", "#c4503c", "#7d2a1f", "#f0b9ad"),
    "cocoa": ("#f5ede6", "#e9d9cb", "#8f6245", "#543522", "#dcc0a8"),
    "coral": ("#fdece7", "#fad7cc", "#ee7b5f", "#a8412b", "#fbc3b3"),
    "fog": ("#eff1f3", "#dfe3e8", "#98a2ae", "#57616d", "#dbe1e7"),
    "forest": ("#e8f1eb", "#d0e2d6", "#2f7355", "#184534", "#a9cfba"),
    "ink": ("#eceef1", "#dadde3", "#3c434f", "#1d2129", "#a9b1bf"),
    "mint": ("#e5f5f0", "#cbeadf", "#5bb99b", "#23715a", "#c0e9dc"),
    "navy": ("#e8edf6", "#d0daec", "#33508c", "#1b2c54", "#aabfe4"),
    "olive": ("#f0f2e4", "#e0e4c8", "#8a9658", "#525b2e", "#d6ddb0"),
    "plum": ("#f3eaf4", "#e5d2e8", "#85518c", "#4d2a53", "#d5b3da"),
    "rose": ("#fceaef", "#f8d4de", "#dd7c98", "#98405c", "#f7c4d2"),
    "sand": ("#f8f2e8", "#efe4d2", "#cdb48d", "#84693f", "#f0e2c8"),
    "sky": ("#e6f2fb", "#cde4f6", "#5a9fd6", "#275f92", "#bedcf3"),
    "snow": ("#eef2f6", "#dfe6ed", "#fdfdfe", "#8d99a8", "#e4eaf0"),
}


def draw(kind: str, tint: str) -> str:
    """The picture as SVG text. Raises KeyError for an outline or a tint that does not exist."""
    back, glow, body, deep, pale = TINTS[tint]
    colours = {"back": back, "glow": glow, "body": body, "deep": deep, "pale": pale}
    try:
        return render_to_string(f"shop/pictures/{kind}.svg", colours)
    except TemplateDoesNotExist:
        raise KeyError(kind) from None

"""What the shop's pages are beside their text: a content security policy, a style sheet and drawings."""

from typing import Final

NONCE: Final = "bm9uY2U"
POLICY: Final = (
    f"default-src 'none'; script-src 'nonce-{NONCE}'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
CSS = """
:root { color-scheme: light dark; }
body { margin: 0; font-family: system-ui, "Noto Sans CJK KR", sans-serif; background: light-dark(#fbfaf7, #121312); }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem; }
.goods { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1.5rem; padding: 0; }
.goods li { list-style: none; } .goods i { display: block; aspect-ratio: 1; background: light-dark(#eeece5, #242624); }
"""


def drawing(path: str) -> str:
    """A picture in SVG, of a colour that the path decides."""
    hue = sum(path.encode()) * 37 % 360
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><rect width="80" height="80" '
        f'fill="hsl({hue} 35% 82%)"/><circle cx="40" cy="40" r="20" fill="hsl({hue} 40% 45%)"/></svg>'
    )

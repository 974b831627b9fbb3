"""Pictures as they are: neither of the packages that Oscar makes thumbnails with is needed here."""

from typing import Any


class Plain:
    """What Oscar asks of a thumbnailer."""

    def generate_thumbnail(self, source: Any, **options: Any) -> Any:
        """The picture itself."""
        return source

    def delete_thumbnails(self, source: Any) -> None:
        """Nothing was made."""

"""The shop's departments. A product belongs to one by the beginning of its `product_type`, in either language."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Department:
    """One department: `types` are beginnings of category paths, `kind` and `tint` name its picture."""

    slug: str
    name: str | Promise
    kind: str
    tint: str
    types: tuple[str, ...]

    def filter(self) -> Q:
        """Products of this department."""
        condition = Q()
        for path in self.types:
            condition |= Q(product_type=path) | Q(product_type__startswith=f"{path} > ")
        return condition

    def holds(self, product_type: str) -> bool:
        """Whether a product of this type belongs here."""
        return any(product_type == path or product_type.startswith(f"{path} > ") for path in self.types)


DEPARTMENTS: Final = (
    Department("audio", _("Audio"), "headphones", "sand", ("디지털 > 음향기기", "Electronics > Audio")),
    Department(
        "desk", _("Keyboards & mice"), "keyboard", "rose", ("디지털 > PC주변기기", "Electronics > PC accessories")
    ),
    Department("monitors", _("Monitors"), "monitor", "sky", ("디지털 > 모니터", "Electronics > Monitors")),
    Department("running", _("Running"), "shoe", "coral", ("스포츠 > 러닝", "Sports > Running")),
    Department("camping", _("Camping"), "tent", "olive", ("스포츠 > 캠핑", "Sports > Camping")),
    Department("coffee", _("Coffee"), "kettle", "forest", ("식품 > 커피", "주방 > 커피용품", "Kitchen > Coffee")),
    Department("kitchen", _("Kitchen"), "pot", "sky", ("주방 > 조리도구", "주방 > 주방가전", "Kitchen > Cookware")),
    Department("beauty", _("Beauty"), "serum", "mint", ("뷰티", "Beauty")),
    Department("books", _("Books"), "book", "plum", ("도서", "Books")),
    Department("kids", _("Kids"), "rabbit", "rose", ("유아동", "Kids")),
    Department("home", _("Home"), "lamp", "amber", ("홈리빙", "Home")),
)
BY_SLUG: Final = {department.slug: department for department in DEPARTMENTS}


def of(product_type: str) -> Department | None:
    """The department of a product, None if it belongs to none."""
    return next((department for department in DEPARTMENTS if department.holds(product_type)), None)

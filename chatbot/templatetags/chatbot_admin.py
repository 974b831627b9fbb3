"""What the staff's pages must know of the version of Django's admin that is around them."""

import django
from django import template

register = template.Library()


@register.simple_tag
def breadcrumbs_are_a_list() -> bool:
    """Whether the admin's style sheet knows an `ol` (since Django 6.1) and no more the `div` of earlier ones."""
    return django.VERSION >= (6, 1)

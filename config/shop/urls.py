"""The shop's pages."""

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from config.shop import views


class WordConverter(SlugConverter):
    """Letters and digits only: a name of an outline or a tint."""

    regex = "[a-z]+"


register_converter(WordConverter, "word")

app_name = "shop"
urlpatterns = [
    path("", views.home, name="home"),
    path("c/<slug:slug>/", views.department, name="department"),
    path("p/<str:sku>/", views.product, name="product"),
    path("search/", views.search, name="search"),
    path("contact/", views.contact, name="contact"),
    path("pictures/<word:kind>-<word:tint>.svg", views.picture, name="picture"),
]

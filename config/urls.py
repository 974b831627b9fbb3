"""The demo's addresses: the shop at /, the assistant at /chat/, staff at /admin/."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("chat/", include("chatbot.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("config.shop.urls")),
]

handler404 = "config.shop.views.not_found"

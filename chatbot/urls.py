"""Everything that the app serves over HTTP, below one prefix of the shop's choosing."""

from django.urls import URLPattern

app_name = "chatbot"
urlpatterns: list[URLPattern] = []

"""Addresses of the design system."""

from django.urls import path

from clinic.ui import views

app_name = "ui"
urlpatterns = [
    path("theme/", views.theme, name="theme"),
    path("keys/", views.keys, name="keys"),
    path("guide/", views.guide, name="guide"),
]

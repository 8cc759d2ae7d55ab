"""The doors of feedback: what goes with a high rating."""

from django.urls import path

from feedback import driver_views

app_name = "feedback"
urlpatterns = [
    path("drivers/", driver_views.drivers, name="drivers"),
]

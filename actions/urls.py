"""The doors of action: improvement projects."""

from django.urls import path

from actions import views

app_name = "actions"
urlpatterns = [
    path("projects/", views.project_list, name="project-list"),
    path("projects/<slug:code>/", views.project_detail, name="project-detail"),
    path("projects/<slug:code>/decide/", views.project_decide, name="project-decide"),
]

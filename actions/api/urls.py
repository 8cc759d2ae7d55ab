from django.urls import path

from actions.api.projects import ProjectListView

urlpatterns = [path("projects/", ProjectListView.as_view(), name="project-list")]

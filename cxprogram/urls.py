"""The doors: pages, admin, API."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from cxprogram import preferences
from governance import home_views, start_views

admin.autodiscover()
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("api/", include("cxprogram.api")),
    path("", home_views.home, name="home"),
    path("", include("journeys.urls")),
    path("", include("feedback.urls")),
    path("", include("actions.urls")),
    path("", include("governance.urls")),
    path("accounts/login/", start_views.login, name="account_login"),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("more/", preferences.more, name="more"),
]

handler500 = "cxprogram.middleware.server_error"

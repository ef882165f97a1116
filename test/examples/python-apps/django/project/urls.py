import platform

from django.http import HttpResponse
from django.templatetags.static import static
from django.urls import path


def page(request):
    return HttpResponse(
        f'<link rel="stylesheet" href="{static("style.css")}">'
        f"It runs on Python {platform.python_version()}"
    )


urlpatterns = [path("", page)]

"""Bringing a file through the pages, as people do it."""

import re
from pathlib import Path

import tinyhtml5
import tinyhtml5.inputstream
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cxprogram.models import ImportRun
from feedback.services import import_work


class Patterns(dict):
    """tinyhtml5 2.1 means to keep these and writes them under a wrong key: it made each anew at every word."""

    def __missing__(self, asked):
        characters, is_opposite = asked
        until = "" if is_opposite else "^"
        self[asked] = re.compile(f"[{until}{re.escape(''.join(sorted(characters)))}]+")
        return self[asked]


tinyhtml5.inputstream.characters_until_regex = Patterns()


def upload(client, content, name):
    reply = client.post(reverse("feedback:import-list"), {"file": SimpleUploadedFile(name, content)})
    assert reply.status_code == 303, reply.content
    return ImportRun.objects.latest("pk"), reply["Location"]


def tree(reply):
    """The page as a browser reads it; no element may come out of a file."""
    document = tinyhtml5.parse(reply.content.decode(), namespace_html_elements=False)
    assert all("alert" not in (script.text or "") for script in document.iter("script"))
    assert not [element for element in document.iter() if "onerror" in element.attrib]
    return document


def chosen(document):
    """The form of the page as it would be sent."""
    data = {}
    for element in document.iter("input"):
        if element.get("name") and element.get("type") not in ("checkbox", "file"):
            data[element.get("name")] = element.get("value", "")
    for element in document.iter("select"):
        options = element.findall("option")
        marked = next((option for option in options if "selected" in option.attrib), options[0] if options else None)
        if marked is not None:
            data[element.get("name")] = marked.get("value", "")
    data.pop("saved", None)
    data.pop("csrfmiddlewaretoken", None)
    return data


def text(document):
    return " ".join(" ".join(document.itertext()).split())


def form_of(owner, content, name):
    run, url = upload(owner, content, name)
    document = tree(owner.get(url))
    data = chosen(document)
    boxes = [each for each in document.iter("input") if each.get("type") == "checkbox" and "checked" in each.attrib]
    data |= {box.get("name"): "on" for box in boxes}
    for element in document.iter("select"):  # the order of day and month: the first that is offered
        if element.get("name") == "date_format" and not data["date_format"]:
            data["date_format"] = element.findall("option")[1].get("value")
    if "day" in data:
        data["day"] = data["day"] or "2024-05-31"
    return run, url, data


def bring(owner, content, name, **said):
    """Import a file with the choices that the page proposes, and those that were said."""
    if isinstance(content, Path):
        content = content.read_bytes()
    run, url, data = form_of(owner, content, name)
    reply = owner.post(url + "start/", data | said | {"do": "start"})
    assert reply.status_code == 303, text(tree(reply))
    import_work.work(run.pk, clock=timezone.now)
    run.refresh_from_db()
    run.page = text(tree(owner.get(url)))
    return run

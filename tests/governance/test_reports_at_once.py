"""Reports that are made in the same moment, each in a connection of its own."""

from threading import Barrier, Thread

import pytest
from django.conf import settings
from django.db import connections

from cxprogram import pdf
from governance.models import Report
from governance.services import reports
from tests.governance.steering import furnish, make_report

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.django_db(transaction=True)
def test_reports_made_at_once_form_one_chain(monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    house = furnish()
    gate, errors = Barrier(len(LANGUAGES)), []

    def work(language):
        try:
            gate.wait(timeout=30)
            make_report(house, language)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(language,)) for language in LANGUAGES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert Report.objects.count() == len(LANGUAGES)
    assert reports.verify_chain(house.program) == []

"""Reports that are made in the same moment, each in a connection of its own."""

from threading import Barrier, Thread

import pytest
from django.db import connections

from cxprogram import pdf
from cxprogram.languages import OURS
from governance.models import Report
from governance.services import reports
from tests.governance.steering import furnish, make_report


@pytest.mark.django_db(transaction=True)
def test_reports_made_at_once_form_one_chain(monkeypatch):
    monkeypatch.setattr(pdf, "make_pdf", lambda html: html.encode())
    house = furnish()
    gate, errors = Barrier(len(OURS)), []

    def work(language):
        try:
            gate.wait(timeout=30)
            make_report(house, language)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=work, args=(language,)) for language in OURS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    assert Report.objects.count() == len(OURS)
    assert reports.verify_chain(house.program) == []

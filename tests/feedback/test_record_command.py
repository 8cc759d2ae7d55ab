"""Files of customers and interactions from the command line: the last line is the account."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from cxprogram.models import ImportRun
from journeys.models import Customer, CustomerIdentity, Interaction
from tests import factories

CUSTOMERS = {
    "target": "customers",
    "source": "crm",
    "fields": {"external_id": "ID", "name": "Name", "email": "E-mail", "account": "Company"},
}
INTERACTIONS = {
    "target": "interactions",
    "source": "crm",
    "fields": {"external_id": "Order", "customer": "Customer", "value": "Sum"},
    "constants": {"type": "order", "channel": "web"},
    "decimal": ",",
    "at": {"kind": "timestamp", "column": "When", "zone": "Europe/Stockholm"},
}


def run(folder: Path, command: str, text: str, mapping: dict[str, Any], *options: str) -> tuple[dict[str, Any], int]:
    (folder / "file.csv").write_text(text, encoding="utf-8")
    (folder / "map.json").write_text(json.dumps(mapping))
    out, status = io.StringIO(), 0
    arguments = [str(folder / "file.csv"), "--mapping", str(folder / "map.json"), "--program", "sfo", "--json"]
    try:
        call_command(command, *arguments, *options, stdout=out, stderr=io.StringIO())
    except SystemExit as stop:
        status = int(stop.code or 0)
    return json.loads(out.getvalue().splitlines()[-1]), status


@pytest.mark.django_db
def test_files_become_customers_and_what_they_did_once(tmp_path: Path) -> None:
    factories.make_stream(factories.make_program())
    people = "ID;Name;E-mail;Company\n1;Åsa Öberg;asa@example.org;acme\n2;Bo Ek;;\n3;Cy;no address;\n"
    account, status = run(tmp_path, "import_customers", people, CUSTOMERS)
    assert (status, account["rejected"], account["imported"]) == (1, 1, 0)
    assert account["errors"][0]["line"] == 4 and account["errors"][0]["code"] == "email-invalid"
    assert not Customer.objects.exists()

    account, _status = run(tmp_path, "import_customers", people, CUSTOMERS, "--preview")
    assert (account["imported"], account["rejected"]) == (0, 1), "what taking it in would do"
    account, _status = run(tmp_path, "import_customers", people, CUSTOMERS, "--skip-bad-rows", "--preview")
    assert (account["imported"], Customer.objects.count()) == (2, 0)
    account, status = run(tmp_path, "import_customers", people, CUSTOMERS, "--skip-bad-rows")
    assert (status, account["rows"], account["imported"], account["repeated"], account["rejected"]) == (1, 3, 2, 0, 1)
    asa = CustomerIdentity.objects.get(source="email").customer
    assert asa.account is not None
    assert (asa.name, asa.account.kind) == ("Åsa Öberg", "account")
    again, _status = run(tmp_path, "import_customers", people, CUSTOMERS, "--skip-bad-rows")
    assert (again["imported"], again["repeated"]) == (0, 2)

    orders = "Order;Customer;Sum;When\no-1;1;19,90;2017-05-15 12:00\no-2;9;5;2017-05-16 12:00\n"
    account, status = run(tmp_path, "import_interactions", orders, INTERACTIONS, "--stream", "orders")
    assert (status, account) == (0, {"rows": 2, "imported": 2, "repeated": 0, "rejected": 0, "errors": []})
    assert str(Interaction.objects.get(customer=asa).value) == "19.9000"
    again, status = run(tmp_path, "import_interactions", orders, INTERACTIONS, "--stream", "orders")
    assert (status, again["imported"], again["repeated"]) == (0, 0, 2)
    refused, status = run(tmp_path, "import_interactions", orders, INTERACTIONS, "--stream", "nothing")
    assert (status, refused["errors"][0]["code"]) == (1, "stream-unknown")
    kinds = ImportRun.objects.order_by("pk").values_list("kind", "status")
    assert list(kinds) == [
        ("customers", "refused"), ("customers", "done"), ("customers", "done"),
        ("interactions", "done"), ("interactions", "done"), ("interactions", "refused"),
    ]  # fmt: skip

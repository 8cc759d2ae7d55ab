"""What holds for every door of the API: who may enter, how refusals look, how lists go on."""

import pytest
from django.test import Client

from cxprogram.choices import Role
from tests import factories

pytestmark = pytest.mark.django_db


def test_smoke(client: Client):
    house = factories.make_house()
    secret = factories.make_token(house.people[Role.INTEGRATION], house.program)
    auth = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    factories.make_scores(house.survey, "NETPRO", {9: 30, 2: 10, 7: 10})
    for url in ["kpi-values/?kpi=nps", "driver-studies/", "tickets/", "tickets/?status=open&unit=G&period=2017", "projects/", "reports/", "statements/",
      f"tickets/{house.tickets['G'].pk}/", f"reports/{house.reports['G'].pk}/pdf/", "nothing/"]:
        r = client.get("/api/v1/"+url, **auth)
        print(url, r.status_code, r.headers["Content-Type"], r.content[:700])
    b={"survey":"passengers","source":"a","external_id":"1","answered_at":"2017-05-15T12:00:00","answers":{"NETPRO":2}}
    for _ in range(2):
        r = client.post("/api/v1/responses/", b, content_type="application/json", **auth); print(r.status_code, r.content)
    r = client.post("/api/v1/responses/", b|{"answers":{"NETPRO":3}}, content_type="application/json", **auth); print(r.status_code, r.content)
    r = client.post("/api/v1/responses/bulk/", [b, b|{"external_id":"2","customer":{"external_id":"x"}},b|{"external_id":"3","answers":{"NETPRO":11}}, 3], content_type="application/json", **auth); print(r.status_code, r.content)
    r = client.get("/api/v1/tickets/?page_size=2", **auth); print(r.json()["next"])
    r = client.get(r.json()["next"], **auth); print(r.json())
    r=client.get("/api/docs/"); print(r.status_code, len(r.content)); open("/tmp/docs.html","wb").write(r.content)
    print(client.get("/api/schema/").status_code, client.get("/api/x").status_code,client.get("/api/v1/tickets").status_code)

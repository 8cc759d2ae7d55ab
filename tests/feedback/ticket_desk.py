"""What the tests of ticket pages share: somebody who has logged in, and what a page says."""

import re


def login(client, house, role):
    client.force_login(house.people[role])
    return client


def texts(page) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))

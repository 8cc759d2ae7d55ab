"""What the tests of ticket pages share: somebody who has logged in."""


def login(client, house, role):
    client.force_login(house.people[role])
    return client

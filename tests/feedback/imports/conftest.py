"""An owner who brings files through the pages."""

import pytest
from django.test import Client

from cxprogram.choices import Role
from tests import factories


@pytest.fixture
def owner(settings, tmp_path):
    settings.IMPORTS_DIR = tmp_path / "imports"
    program = factories.make_program("harbour", time_zone="Europe/Stockholm")
    client = Client()
    client.force_login(factories.make_user(Role.OWNER, factories.root_of(program)))
    client.program = program
    return client

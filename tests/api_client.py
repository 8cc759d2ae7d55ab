"""A caller of the API: a person with a key, or with none."""

import json
from typing import Any

from django.test import Client

from cxprogram.models import Program, User
from tests import factories


class Api:
    def __init__(self, user: User | None = None, program: Program | None = None, **token: Any) -> None:
        self.client = Client()
        self.headers: dict[str, str] = {}
        if user is not None:
            assert program is not None
            self.headers["Authorization"] = f"Bearer {factories.make_token(user, program, **token)}"

    def get(self, path: str, /, **params: Any) -> Any:
        return self.client.get(self._address(path), params, headers=self.headers)

    def post(self, path: str, body: Any = None, *, content_type: str = "application/json", **headers: str) -> Any:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        # As it stands: the client's own `post` would encode it again.
        return self.client.generic(
            "POST", self._address(path), data, content_type=content_type, headers=self.headers | headers
        )

    @staticmethod
    def _address(path: str) -> str:
        return path if path.startswith(("/", "http")) else f"/api/v1/{path}"


def refused(reply: Any, status: int, code: str) -> bool:
    """Whether the reply is a problem of this status and code; says what it is instead."""
    assert reply.status_code == status, (reply.status_code, reply.content[:500])
    assert reply.headers["Content-Type"] == "application/problem+json", reply.headers
    body = reply.json()
    assert {"type", "title", "status", "code", "detail"} <= body.keys(), body
    assert body["status"] == status, body
    assert body["code"] == code, body
    return True

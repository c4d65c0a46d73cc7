"""The machines' API, as the platform's services call it: JSON with a key, over kept connections."""

import http.client
import json
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def id(self):
        """Of the event that was accepted."""
        return self.json["id"]

    @property
    def items(self):
        """Of a batch, one for each event in the order given."""
        return self.json["items"]


class Machine:
    """Not for several threads: each has a connection of its own."""

    def __init__(self, port, account, key):
        self.port = port
        self.account = account
        self.key = key
        self.connection = None

    def call(self, method, path, body=None, content_type="application/json", headers=None):
        fields = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        if body is not None:
            fields["Content-Type"] = content_type
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
        try:
            self.connection.request(method, path, body=body, headers=fields)
            response = self.connection.getresponse()
            answer = Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        if response.will_close:
            self.connection.close()
            self.connection = None
        return answer

    def post(self, resource, body, **more):
        return self.call("POST", f"/api/v1/accounts/{self.account}/{resource}", body, **more)

    def publish(self, event_type="call:end", data=None, event_id=None, **more):
        event = {"event_type": event_type, "data": data if data is not None else {"note": "n"}, **more}
        if event_id:
            event["event_id"] = event_id
        return self.post("events", event)

"""Media files handed over for retention, by the machines' API."""

import json
import uuid
from datetime import datetime, timedelta, timezone

import images


def days_ago(days):
    return (datetime.now(timezone.utc) - timedelta(days=days)).isoformat(timespec="milliseconds")


def register(machine, kind, recorded_days_ago, content=None, **more):
    """Sends a file. Gives its record."""
    fields = {"kind": kind, "recorded_at": days_ago(recorded_days_ago), **{k: v if isinstance(v, str) else json.dumps(v) for k, v in more.items()}}
    boundary = uuid.uuid4().hex
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="call.wav"\r\nContent-Type: audio/wav\r\n\r\n'.encode()
        + (content or images.wave()) + b"\r\n")
    body = b"".join(parts) + f"--{boundary}--\r\n".encode()
    answer = machine.post("media", body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status == 201, (answer.status, answer.body)
    return answer.json


def files(product):
    """The names of all media files that are there."""
    return {path.name for path in (product.data / "media").rglob("*") if path.is_file() and "quarantine" not in path.parts}

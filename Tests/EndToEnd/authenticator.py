"""An authenticator app (RFC 6238), as far as a page can tell: it reads the page's link, and shows codes."""

import base64
import hashlib
import hmac
import time
from urllib.parse import parse_qs, urlsplit


class Authenticator:
    def __init__(self, link):
        parts = urlsplit(link)
        assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
        query = parse_qs(parts.query)
        assert (query["digits"], query["period"], query["algorithm"]) == (["6"], ["30"], ["SHA1"])
        self.label = parts.path
        self.secret = base64.b32decode(query["secret"][0])
        self.used = 0

    def code(self):
        """One that was not typed yet: the present one, or the next one, which is good already."""
        step = int(time.time()) // 30
        self.used = step if step > self.used else self.used + 1
        assert self.used <= step + 1, "more codes than time"
        code = hmac.new(self.secret, self.used.to_bytes(8, "big"), hashlib.sha1).digest()
        at = code[-1] & 15
        return f"{(int.from_bytes(code[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"

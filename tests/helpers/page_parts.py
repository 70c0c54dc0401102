"""Parts of a standalone page, extracted from its text."""

import base64
import json
import re
import zlib


def data_in(page: str) -> dict:
    """Return the data of a page."""
    [text] = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(text)


def script_in(page: str) -> str:
    """Return the script of a page, which contains it in compressed form."""
    [text] = re.findall(r'<script type="application/octet-stream" id="packed">(.*?)</script>', page)
    return zlib.decompress(base64.b64decode(text)).decode()


def loader_in(page: str) -> str:
    """Return the script that unpacks the script of a page."""
    [text] = re.findall(r"<script>(.*?)</script>", page)
    return text

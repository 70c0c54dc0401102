"""The README as a package index shows it, which has no files beside it: its links lead to the repository.

While ``[project.urls]`` names no ``Repository``, there is nothing to lead to: a link is then its text, and a picture is
left out.
"""

import re
import tomllib
from pathlib import Path

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def readme(text: str, repository: str | None, version: str) -> str:
    """Return a README whose relative links lead to a version's files in `repository`, or are their texts without one.

    Examples
    --------
    >>> readme("[how](docs/a.md)", "https://example.org/p", "1.0")
    '[how](https://example.org/p/blob/v1.0/docs/a.md)'
    >>> readme("![moves](docs/a.gif) [how](docs/a.md) [why](https://example.org)", None, "1.0")
    ' how [why](https://example.org)'
    """

    def absolute(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        if repository is None:
            return "" if picture else words
        return f"{picture}[{words}]({repository}/{'raw' if picture else 'blob'}/v{version}/{path})"

    return LINK.sub(absolute, text)


class Readme(MetadataHookInterface):
    """Gives the README to the metadata of wheel and source distribution."""

    def update(self, metadata: dict) -> None:
        """Set the field ``readme``."""
        project = tomllib.loads((Path(self.root) / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        repository = project.get("urls", {}).get("Repository")
        metadata["readme"] = {
            "content-type": "text/markdown",
            "text": readme(text, repository, metadata["version"]),
        }

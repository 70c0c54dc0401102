"""Where the repository, the site and the contact are: one table of pyproject.toml, written into what names them.

``python docs/addresses.py`` fills in all files, from ``[tool.plausiwidgets.addresses]``, and exits with 1 while one of
the three is missing: nothing is published before. An address that is missing leaves no trace.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEEDED = {
    "repository": "the page of the package on an index, the citation, the README's links there",
    "site": "the page of the package on an index, the citation",
    "contact": "security and conduct: what must not be public",
}
"""The addresses, and what needs each."""


def addresses(root: Path = ROOT) -> dict[str, str]:
    """Return the addresses; an empty text is one that is missing."""
    found = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["plausiwidgets"]["addresses"]
    if found.keys() != NEEDED.keys():
        raise ValueError(f"pyproject.toml must have the addresses {', '.join(NEEDED)}, got {', '.join(found)}.")
    return found


def missing(known: dict[str, str]) -> dict[str, str]:
    """Return the names of the addresses that are to be filled in, with what needs them."""
    return {name: what for name, what in NEEDED.items() if not known[name]}


def filled(root: Path, known: dict[str, str]) -> dict[Path, str]:
    """Return the texts of all files that name an address, as they have to be."""
    repository, site, contact = (known[name] for name in NEEDED)
    urls = {
        "Documentation": site,
        "Repository": repository,
        "Issues": repository and f"{repository}/issues",
        "Changelog": repository and f"{repository}/blob/main/docs/CHANGELOG.md",
    }
    one, two = r"\1", r"\2"  # of the patterns in pyproject.toml
    table = "".join(f'{name} = "{url}"\n' for name, url in urls.items() if url)
    raw = f"'![{one}]({repository}/raw/v$HFPR_VERSION/{two})'" if repository else '""'
    link = f"'[{one}]({repository}/blob/v$HFPR_VERSION/{two})'" if repository else f"'{one}'"
    texts = {
        name: (root / name).read_text(encoding="utf-8")
        for name in ("pyproject.toml", "CITATION.cff", "docs/citing.md", "docs/SECURITY.md", "docs/CODE_OF_CONDUCT.md")
    }

    def put(name: str, pattern: str, replacement: str) -> None:
        texts[name], count = re.subn(pattern, lambda _: replacement, texts[name], flags=re.MULTILINE)
        if count != 1:
            raise ValueError(f"{name} must have one place for {pattern!r}, got {count}.")

    head = f"[project.urls]\n{table}\n" if table else ""
    put(
        "pyproject.toml", r"^(?:\[project\.urls\]\n(?:\w+ = .*\n)+\n)?\[project\.scripts\]$", f"{head}[project.scripts]"
    )
    put("pyproject.toml", r"^replacement = .*(?= # of a picture$)", f"replacement = {raw}")
    put("pyproject.toml", r"^replacement = .*(?= # of a link$)", f"replacement = {link}")
    cited = "".join(f"{key}: {url}\n" for key, url in (("repository-code", repository), ("url", site)) if url)
    put("CITATION.cff", r"(?<=^license: MIT\n)(?:(?:repository-code|url): .*\n)*", cited)
    shown = f",\n  url     = {{{site or repository}}}" if site or repository else ""
    put("docs/citing.md", r"(?<=  license = \{MIT\})(?:,\n  url     = .*)?", shown)
    there = f" ({contact})" if contact else ""
    put("docs/SECURITY.md", r"(?<=Report a vulnerability to the maintainers)(?: \(.*\))?(?= in private)", there)
    put("docs/CODE_OF_CONDUCT.md", r"(?<=Report a problem to a\nmaintainer)(?: \(.*\))?(?= in private)", there)
    return {root / name: text for name, text in texts.items()}


def main(root: Path = ROOT) -> int:
    """Write all files, print what is missing, and return the exit code."""
    known = addresses(root)
    for path, text in filled(root, known).items():
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(root)}")
    for name, what in missing(known).items():
        print(f"{name} is missing in [tool.plausiwidgets.addresses] of pyproject.toml: for {what}")
    return 1 if missing(known) else 0


if __name__ == "__main__":
    sys.exit(main())

"""Rewrite links for the site: pages link to files of the repository, and the site has pages that show the files."""

import re

SHOWN = {
    "plausiwidgets/__init__.py": "reference/index.md",
    "plausiwidgets/models/library": "neurons/index.md",
    "plausiwidgets/patterns/data/packaged_table.csv": "neurons/index.md",
    "plausiwidgets/patterns/izhikevich": "patterns/index.md",
}
"""Files and folders of the repository, with the generated page of the site that shows each."""


def on_site(text: str, docname: str, repository: str) -> str:
    """Return the text of a page with links to pages of the site, and to the repository if it has an address."""
    up = "../" * docname.count("/")
    text = text.replace(f"]({up}../notebooks/", f"]({up}notebooks/")
    for path, page in SHOWN.items():
        text = text.replace(f"]({up}../{path})", f"]({up}{page})")
    link = rf"[\1]({repository})" if repository else r"\1"
    return re.sub(rf"\[([^\]]*)\]\({re.escape(up)}\.\./README\.md\)", link, text)

"""Keeps the built sites of several versions beside each other: ``python docs/versions.py docs/_build/html SITE``.

The build is copied to ``SITE/0.2`` for a version 0.2.x, in place of an earlier one. Each version is then told which
others there are, so that its pages offer them, and ``SITE/index.html`` leads to the newest. Nothing of it needs a
server: the list is a script, as a page of a file may not read a file.
"""

import json
import re
import shutil
import sys
from pathlib import Path

FRONT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="0; url={0}/index.html">
<title>plausiwidgets</title>
<p><a href="{0}/index.html">plausiwidgets {0}</a></p>
</html>
"""


def add(build: Path, site: Path) -> str:
    """Put a built site beside those of other versions, and return the name of its folder.

    Raises
    ------
    ValueError
        If the folder is no built site of a version.
    """
    options = build / "_static" / "documentation_options.js"
    found = re.search(r"VERSION: '(\d+\.\d+)", options.read_text(encoding="utf-8")) if options.is_file() else None
    if found is None:
        raise ValueError(f"{build} must be a built site, the folder that sphinx-build wrote.")
    version = found[1]
    shutil.rmtree(site / version, ignore_errors=True)
    shutil.copytree(build, site / version, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo*"))
    tell(site)
    return version


def tell(site: Path) -> None:
    """Write into each version of a site which versions there are, and lead to the newest."""
    kept = [folder for folder in site.iterdir() if re.fullmatch(r"\d+\.\d+", folder.name)]
    kept.sort(key=lambda folder: [int(part) for part in folder.name.split(".")], reverse=True)
    versions = [
        {
            "version": folder.name,
            "pages": sorted(
                path.relative_to(folder).as_posix()
                for path in folder.rglob("*.html")
                if path.relative_to(folder).parts[0] not in ("live", "_static")
            ),
        }
        for folder in kept
    ]
    script = f"const VERSIONS = {json.dumps(versions)};\n"
    for folder in kept:
        (folder / "_static" / "versions.js").write_text(script, encoding="utf-8")
    (site / "index.html").write_text(FRONT.format(kept[0].name), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python docs/versions.py BUILD SITE")
    print(f"{sys.argv[2]}/{add(Path(sys.argv[1]), Path(sys.argv[2]))}/index.html")

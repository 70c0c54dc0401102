"""Sphinx builds the site: ``sphinx-build -W -b html docs docs/_build/html``.

It needs no network: the theme and the search are in the environment, formulas are MathML, and the live figures are
pages of the package itself (`generate.py`). The notebooks are shown with the outputs that are stored in them, or with
those of the folder that ``PLAUSIWIDGETS_NOTEBOOKS`` names, where ``jupyter nbconvert --execute`` has put them.
"""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import addresses
import generate
import guides
import links
import mathml
from numpydoc.xref import DEFAULT_LINKS

import plausiwidgets

project = "plausiwidgets"
author = "The plausiwidgets developers"
copyright = "2026, The plausiwidgets developers"
release = plausiwidgets.__version__
version = ".".join(release.split(".")[:2])

extensions = ["sphinx.ext.autodoc", "sphinx.ext.autosummary", "sphinx.ext.viewcode", "numpydoc", "myst_nb"]
exclude_patterns = ["_build", "_live", "_templates"]
root_doc = "index"

html_theme = "furo"
html_title = f"plausiwidgets {release}"  # it stands on each page
html_static_path = ["_static"]
html_favicon = "_static/icon.svg"
html_css_files = ["site.css"]
html_js_files = ["versions.js", "switcher.js", "figure.js", "search.js", "copy.js"]
templates_path = ["_templates"]
html_sidebars = {
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "versions.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_extra_path = ["_live"]
html_copy_source = False
html_show_sourcelink = False

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # widgets need a kernel, and the scripts that would draw them without one another host
nb_mime_priority_overrides = [("html", "application/vnd.jupyter.widget-view+json", None)]

default_role = "obj"  # what stands between single backticks is a name, which leads to its page where it has one
autosummary_generate = True
autodoc_typehints = "none"  # the docstrings say them in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
numpydoc_xref_param_type = True  # a type of the package leads to its page
# What Python and NumPy call it stands as it is: their addresses would need a network while the site is built.
numpydoc_xref_ignore = {
    "of",
    "to",
    "or",
    "and",
    "shape",
    "a",
    "the",
    "with",
    "in",
    "n",
    "by",
    "as",
    "default",
    "optional",
}
numpydoc_xref_ignore |= set(DEFAULT_LINKS)
numpydoc_xref_aliases = {name: name for name in DEFAULT_LINKS}


def accessible(app, pagename, templatename, context, doctree):
    """Complete what the theme leaves open for keyboards and screen readers."""
    if "furo_navigation_tree" in context:
        tree = context["furo_navigation_tree"]
        context["furo_navigation_tree"] = tree.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:  # a wide table scrolls, also by keyboard, as does code with long lines
        body = context["body"].replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
        body = body.replace('<div class="output text_html">', '<div tabindex="0" class="output text_html">')
        # pandas heads the column of row names by nothing, its styled tables by a blank, and MyST by an empty paragraph.
        body = re.sub(r"<th(\s[^>]*)?>(?:&nbsp;|<p></p>)?</th>", r"<td\1></td>", body)
        if pagename.startswith("_modules/"):  # its way back names an object by where it is, and not by where it stands
            body = re.sub(r'<a class="viewcode-back".*?</a>', "", body)
        context["body"] = re.sub(r"<pre>(.*?)</pre>", reachable, body, flags=re.DOTALL)


def described(app, pagename, templatename, context, doctree):
    """Describe a page to search engines by its first paragraph."""
    paragraph = re.search(r"<p>(.*?)</p>", context.get("body", ""), flags=re.DOTALL)
    if paragraph:
        words = " ".join(re.sub("<[^>]*>", "", paragraph[1]).split()).replace('"', "&quot;")
        context["metatags"] += f'<meta name="description" content="{words}">\n'


def reachable(block):
    """Return code that scrolls on a phone as a place that the keyboard reaches."""
    longest = max(len(re.sub("<[^>]*>|&[^;]*;", "", line)) for line in block[1].split("\n"))
    return f'<pre tabindex="0">{block[1]}</pre>' if longest > 36 else block[0]


def named(app, error):
    """Name the two landmarks of the theme that would be told apart by their place alone."""
    for path in Path(app.outdir).rglob("*.html") if error is None else ():
        text = path.read_text(encoding="utf-8")
        whole = text.replace('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="Site">')
        if whole != text:
            path.write_text(whole, encoding="utf-8")


def link(app, docname, source):
    """Link a page to pages of the site, where its source links to files of the repository."""
    source[0] = links.on_site(source[0], docname, addresses.addresses()["repository"])


def setup(app):
    """Write the pages that are made from the package, and have formulas as MathML."""
    app.connect("source-read", link)
    app.connect("html-page-context", accessible, priority=900)
    app.connect("html-page-context", described)
    app.connect("autodoc-process-docstring", guides.add, priority=900)  # after numpydoc
    app.connect("build-finished", named)
    mathml.setup(app)
    generate.write(Path(__file__).parent)

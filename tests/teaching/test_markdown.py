"""Links in Markdown: a page shows those to https://…, http://… and a part of the page, and no other scheme."""

import pytest

from plausiwidgets.teaching.markdown import tree


@pytest.mark.parametrize("address", ["https://doi.org/x", "http://localhost:8000/x", "#answer"])
def test_a_link_to_a_website_or_to_a_part_of_the_page_is_shown(address):
    assert tree([f"[x]({address})"], 1) == [["p", [["a", ["x"], {"href": address}]]]]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "javascript:https://doi.org/x",
        "data:text/html,https://doi.org/x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://doi.org/x",
        "mailto:a@b.org",
        "https:x",
        "//doi.org/x",
        "x#answer",
    ],
)
def test_a_link_with_any_other_scheme_is_refused_with_its_line(address):
    with pytest.raises(ValueError, match=r"^line 3: a link to "):
        tree(["y", "", f"[x]({address})"], 1)

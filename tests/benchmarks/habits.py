"""Count the habits of language that the documentation gives up, at any commit.

``python tests/benchmarks/habits.py bc338c87 HEAD`` reads the README and the pages of ``docs`` as they were at each
commit, and writes the counts to ``habits.json`` next to this file. The changelog, the lesson in German and the cells of
tables are left out. The counts come from regular expressions, so single hits may be wrong. Compare the sums.
"""

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.test_language import sentences

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_suffix(".json")
LEFT_OUT = {"docs/CHANGELOG.md", "docs/lesson_de.md"}

NOT_PROSE = r"^---\n.*?^---$|^ *```.*?^ *```$|^:::\{toctree\}.*?^:::$|<!--.*?-->|<svg.*?</svg>|^ *\|.*?$|!\[[^\]]*\]"
VERB = r"is|are|was|were|has|have|does|do|can|cannot|must|may|would|will|\w+ed|takes?|needs?|shows?|fires?|makes?|goes"
HABITS = {
    "clauses as nouns": r"^(What|Who|Whoever|Whether|Where)\b[^?]*$"
    r"|(?<!\w )\b(of|and|or|than|with|by|from|to|for|in|on) (what|who)\b"
    r"|\bwhat (is|are|was|were|it|they|its?|the|an?|no|has|have|had|can|cannot|does|do|differs|runs)\b",
    "things that say, tell, ask or know": r"\b(?<!you )(says?|said|tells?|told|asks?|asked|knows?|known|speaks?)\b",
    "reasons by colon": rf"[a-z)…]: (?=[a-z])[^:]*\b({VERB})\b",
}


def git(*words: str) -> str:
    """Return the output of a git command."""
    return subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def prose(page: str) -> list[str]:
    """Return the sentences of a page, with "…" for code.

    Examples
    --------
    >>> prose("# Title\\n\\nRun `a`. See\\n[b](c.md).\\n\\n- One.\\n- Two.")
    ['Run ….', 'See b.', 'One.', 'Two.']
    """
    text = re.sub(NOT_PROSE, "\n\n", page, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^(#|:::|\(\w+\)=).*$|^ *([-*]|\d+\.) ", "\n\n", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"`[^`]*`", "…", text))
    text = re.sub(r"<[^>]*>|\*\*?|^:? {2,}", " ", text, flags=re.MULTILINE)
    return [part for block in re.split(r"\n\s*\n", text) for part in sentences(" ".join(block.split()))]


def pages(commit: str) -> dict[str, str]:
    """Return the text of each page at a commit."""
    names = git("ls-tree", "-r", "--name-only", commit, "README.md", "docs").split()
    return {name: git("show", f"{commit}:{name}") for name in names if name.endswith(".md") and name not in LEFT_OUT}


def counted(page: str) -> Counter[str]:
    """Return the number of words, of sentences, and of the sentences with each habit."""
    found: Counter[str] = Counter()
    for sentence in prose(page):
        words = len(re.findall(r"[\w…]+(?:[-–'’./]\w+)*", sentence))
        found.update(sentences=1, words=words)
        found.update({"sentences over 25 words": words > 25, "sentences over 30 words": words > 30})
        found.update({habit: re.search(pattern, sentence) is not None for habit, pattern in HABITS.items()})
    return found


if __name__ == "__main__":
    numbers = {}
    for commit in sys.argv[1:]:
        of_page = {name: counted(text) for name, text in pages(commit).items()}
        total = sum(of_page.values(), Counter())
        date = git("show", "-s", "--format=%cs", commit).strip()
        numbers[git("rev-parse", "--short=8", commit).strip()] = {"date": date, "pages": len(of_page)} | total
    FILE.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))

"""What the site adds to `docs/`: README, studies, help texts, literature, and links to them.

Pages keep links that work in the repository; this maps them to the site. A citation such as
`[@fearon1995]` becomes a link to the literature, by `docs/references.bib`.
"""

from __future__ import annotations

import contextlib
import io
import posixpath
import re
from functools import cache
from pathlib import Path

from mkdocs.structure.files import File, Files
from pybtex.database import BibliographyData, Entry, parse_file
from pybtex.plugin import find_plugin
from pybtex.richtext import Text

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?<=\]\()([^)#\s]+)(?=[)#\s])")
CITED = re.compile(r"\[(@\w+(?:; ?@\w+)*)\]")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
KEPT = {".png", ".csv", ".txt", ".yaml"}
"""What of a study's folder the site keeps beside its page."""
TOP = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
}


@cache
def literature() -> BibliographyData:
    """Read the bibliography, by key."""
    return parse_file(ROOT / "docs" / "references.bib")


def label(entry: Entry) -> str:
    """Say who wrote a work and when, as the text cites it."""
    names = [
        str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
        for person in entry.persons["author"]
    ]
    if len(names) > 3 or names[-1] == "others":
        names = [f"{names[0]} et al."]
    who = f"{', '.join(names[:-1])} & {names[-1]}" if len(names) > 1 else names[0]
    return f"{who} {entry.fields['year']}"


@cache
def keys() -> dict[str, str]:
    """Return the key of every work by its label."""
    return {label(entry): key for key, entry in literature().entries.items()}


def on_config(config):
    """List every study in the navigation."""
    (entry,) = [entry for entry in config.nav if "Studies" in entry]
    entry["Studies"] = ["studies.md", *(f"studies/{folder.name}.md" for folder in _studies())]
    return config


def on_files(files: Files, config) -> Files:
    """Add the pages that are made from something else."""
    made = {
        "index.md": (ROOT / "README.md").read_text(),
        "references.md": references(),
        "cli.md": command_line(),
        "studies.md": studies(),
        "contributing.md": (ROOT / "CONTRIBUTING.md").read_text(),
        "changelog.md": (ROOT / "CHANGELOG.md").read_text(),
        "security.md": (ROOT / "SECURITY.md").read_text(),
    }
    for folder in _studies():
        made[f"studies/{folder.name}.md"] = (folder / "README.md").read_text()
        for kept in sorted(path for path in folder.iterdir() if path.suffix in KEPT):
            place = f"studies/{folder.name}/{kept.name}"
            files.append(File.generated(config, place, abs_src_path=str(kept)))
    for place, text in made.items():
        files.append(File.generated(config, place, content=text))
    return files


def on_page_markdown(markdown: str, page, config, files) -> str:
    """Point links at the site's pages, and citations at the literature."""
    here = page.file.src_uri
    source = _source(here)

    def moved(match: re.Match[str]) -> str:
        target = match[1]
        if ":" in target:
            return target
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        return posixpath.relpath(_on_site(meant), posixpath.dirname(here) or ".")

    def cited(match: re.Match[str]) -> str:
        keys = re.findall(r"@(\w+)", match[1])
        there = posixpath.relpath("references.md", posixpath.dirname(here) or ".")
        links = [f"[{label(literature().entries[key])}]({there}#{key})" for key in keys]
        return "; ".join(links)

    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\0{len(kept) - 1}\0"

    text = FENCE.sub(keep, markdown)
    text = CITED.sub(cited, LINK.sub(moved, text))
    if here == "odd.md":
        known = "|".join(re.escape(each) for each in sorted(keys(), key=len, reverse=True))
        text = re.sub(known, lambda match: f"[{match[0]}](references.md#{keys()[match[0]]})", text)
    return re.sub("\0(\\d+)\0", lambda match: kept[int(match[1])], text)


def _source(page: str) -> str:
    """Where a page's text lies in the repository."""
    for name, place in TOP.items():
        if page == place:
            return name
    study = re.fullmatch(r"studies/(\w+)\.md", page)
    return f"experiments/{study[1]}/README.md" if study else f"docs/{page}"


def _on_site(path: str) -> str:
    """Where a file of the repository lies on the site."""
    study = re.fullmatch(r"experiments/(\w+)/README\.md", path)
    if study:
        return f"studies/{study[1]}.md"
    if path.startswith("experiments/"):
        return path.replace("experiments/", "studies/", 1)
    return TOP.get(path, path.removeprefix("docs/"))


def _studies() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "experiments").glob("*/README.md"))


def studies() -> str:
    """List the named studies with their questions."""
    lines = [
        "# Studies",
        "",
        "Each is one command, with its figures and what they do not show.",
        "",
    ]
    for folder in _studies():
        text = (folder / "README.md").read_text()
        question = re.search(r"\*\*Question\.\*\* (.*?)\n\n", text, re.DOTALL)
        title = text.partition("\n")[0].lstrip("# ")
        asked = re.sub(r"\s+", " ", question[1]) if question else ""
        lines.append(f"- [{title}](studies/{folder.name}.md): {asked}")
    return "\n".join(lines) + "\n"


def references() -> str:
    """Write the bibliography as a page with an anchor for each key."""
    style = find_plugin("pybtex.style.formatting", "plain")()
    backend = find_plugin("pybtex.backends", "markdown")()
    entries = list(style.format_bibliography(literature()))
    lines = ["# Literature", "", "The entries of `docs/references.bib`, by which pages cite.", ""]
    for entry in sorted(entries, key=lambda item: label(literature().entries[item.key])):
        text = entry.text.render(backend).replace("\\", "")
        lines.append(
            f'<a id="{entry.key}"></a>**{label(literature().entries[entry.key])}.** {text}\n'
        )
    return "\n".join(lines)


def command_line() -> str:
    """Write the help of the command and of every verb as a page."""
    from sim.commands.typed import VERBS

    lines = ["# Command line", "", "Bare overrides go to Hydra; verbs are tools.", ""]
    lines += ["```text", _help([]), "```", ""]
    for verb, what in VERBS.items():
        lines += [f"## `ceasefire {verb}`", "", f"{what[0].upper()}{what[1:]}.", ""]
        lines += ["```text", _help([verb]), "```", ""]
    return "\n".join(lines)


def _help(words: list[str]) -> str:
    from sim.cli import main

    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*words, "--help"])
    return said.getvalue().rstrip()

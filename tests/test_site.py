"""The documents: links, citations, every code block, and the site that is built from them."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
README = ROOT / "README.md"
TEXTS = [*PAGES, *ROOT.glob("*.md"), *ROOT.glob("experiments/*/README.md")]
BLOCK = re.compile(r'^( *)```(\w*)(?: title="(.+?)")?\n(.*?)^\1```$', re.MULTILINE | re.DOTALL)
NOT_RUN = {"text", "r"}  # output, for reading; R, which its page says
CITATION = re.compile(r"[A-Z]\w+(?:, [A-Z]\w+)*(?: & [A-Z]\w+| et al\.)? (?:19|20)\d\d")
OUTSIDE = re.compile(
    r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"?(?:https?:)?//[^>]*"
)


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Links and citations


@pytest.mark.parametrize("page", TEXTS, ids=named)
def test_every_link_leads_to_a_file(page):
    targets = re.findall(r"\]\(([^)\s#]+)", page.read_text(encoding="utf-8"))
    made = {"cli.md", "references.md", "studies.md"}  # by docs/hooks.py
    there = [target for target in targets if "://" not in target and Path(target).name not in made]
    assert [target for target in there if not (page.parent / target).exists()] == []


@pytest.fixture(scope="module")
def hooks():
    pytest.importorskip("pybtex")
    pytest.importorskip("mkdocs")
    spec = importlib.util.spec_from_file_location("hooks", DOCS / "hooks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_citation_has_its_entry(hooks):
    cited = {key for page in PAGES for key in re.findall(r"@(\w+)[\];]", page.read_text())}
    assert cited <= set(hooks.literature().entries)
    assert cited


def test_every_work_the_protocol_cites_is_in_the_bibliography(hooks):
    text = re.sub(r"\s+", " ", (DOCS / "odd.md").read_text())
    known = list(hooks.keys())
    first = {label.split(",")[0].split(" &")[0].split(" et")[0].split(" ")[0] + label[-4:]
             for label in known}  # fmt: skip
    months = ("November", "October", "Since")
    cited = {found for found in CITATION.findall(text) if not found.startswith(months)}
    assert len(cited) > 30
    assert {c for c in cited if re.split(r"[ ,]", c)[0] + c[-4:] not in first} == set()


# Code blocks


COMMAND = "ceasefire ", ".venv/bin/ceasefire ", "cp ", "make "


def blocks(page: Path) -> list[tuple[str, str, str]]:
    """Kind, title and text of the blocks of a page that can be run."""
    found = []
    for indent, kind, title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        body = "\n".join(line.removeprefix(indent) for line in text.splitlines())
        if kind or body.startswith("ceasefire "):
            found.append((kind, title, body))
    return found


WITH_BLOCKS = [  # docs/sweeps.md has a test of its own
    page for page in [README, *PAGES] if blocks(page) and page.name != "sweeps.md"
]


@pytest.mark.parametrize("page", WITH_BLOCKS, ids=named)
def test_every_block_is_of_a_kind_that_a_test_runs(page):
    for kind, title, text in blocks(page):
        assert kind in {"python", "sh", "fails", ""} | NOT_RUN or (kind == "yaml" and title)
        if kind in {"sh", "fails", ""}:
            assert all(line.startswith(COMMAND) for line in text.splitlines())


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """One place for all pages, or every page would compile the rules of its copy."""
    return tmp_path_factory.mktemp("pages")


@pytest.fixture
def repository(copied):
    """A copy of the repository as a new user has it."""
    for path in copied.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name in ("sim", "configs", "seeds", "experiments", "hydra_plugins"):
        shutil.copytree(ROOT / name, copied / name)
    shutil.copy(ROOT / "pyproject.toml", copied)
    return copied


def served(words: list[str], folder: Path) -> str:
    """What a server says until it is ready; it is ended then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-u", "-m", "sim", *words, "--port", str(port)], cwd=folder,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    heard = ""
    try:
        for line in server.stdout or ():
            heard += line
            if f":{port}" in line:
                break
    finally:
        server.terminate()
        server.wait(60)
    return heard


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_BLOCKS, ids=named)
def test_the_blocks_of_a_page_work_in_their_order(page, repository):
    """In a copy of the repository, as a new user would, each block as it stands."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *words], cwd=repository, env=os.environ | {"MPLBACKEND": "agg"},
            capture_output=True, text=True, timeout=900,
        )  # fmt: skip

    for kind, title, text in blocks(page):
        if title:
            place = repository / title
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text + "\n", encoding="utf-8")
        elif kind == "python":
            done = run("-c", text)
            assert done.returncode == 0, f"{text}\n{done.stderr}"
        elif kind not in NOT_RUN:
            for line in text.splitlines():
                program, *words = shlex.split(line, comments=True)
                if program == "cp":
                    shutil.copy(*(repository / word for word in words))
                    continue
                if program == "make":  # which makes an environment of its own
                    assert f"\n{words[0]}: " in (ROOT / "Makefile").read_text()
                    continue
                if words[0] == "play":
                    assert "http://127.0.0.1:" in served(words, repository)
                    continue
                done = run("-m", "sim", *words)
                assert (done.returncode != 0) == (kind == "fails"), f"{line}\n{done.stderr}"
                assert "Traceback" not in done.stderr


# The site


@pytest.mark.slow
def test_the_site_builds_offline_without_a_warning_and_asks_for_nothing_outside(tmp_path):
    pytest.importorskip("mkdocs")
    site = tmp_path / "site"
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(site)], cwd=ROOT,
        env=os.environ | nowhere | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    assert [hit for page in pages for hit in OUTSIDE.findall(page.read_text())
            if "rel=\"canonical\"" not in hit] == []  # fmt: skip

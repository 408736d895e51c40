"""The documents refer to files and names that exist."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDERS = ["apps", "experiments", "lib", "tests"]
SOURCES = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*") if file.suffix in (".h", ".cpp", ".py")]
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(FOLDERS)})/[\w./-]*\w")
LINK = re.compile(r"\]\(([^)#:]+)\)")
NAME = re.compile(r"`(?:enum class |struct )?(\w+(?:::\w+)*(?:\([^`]*\))?)`")


def paths_in(document):
    text = document.read_text()
    for path in PATH.findall(text):
        yield ROOT / path, path
    for path in LINK.findall(text):
        yield document.parent / path, path


class Documents(unittest.TestCase):
    def test_files_in_documents_exist(self):
        for document in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "experiments/README.md"]:
            for file, path in paths_in(document):
                if "NAME" not in path:
                    self.assertTrue(file.exists(), f"{document.name}: {path}")

    def test_names_in_the_guide_for_contributors_exist(self):
        words = set(re.findall(r"\w+", "".join(file.read_text() for file in SOURCES)))
        for name in NAME.findall((ROOT / "CONTRIBUTING.md").read_text()):
            if not name.islower() or "_" in name or "(" in name:  # neither a preset nor a key
                for part in re.findall(r"\w+", name):
                    self.assertTrue(part in words, f"CONTRIBUTING.md: {name}")


if __name__ == "__main__":
    unittest.main()

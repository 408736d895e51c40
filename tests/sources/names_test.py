"""Unity builds compile several sources of a library as one: their helpers must not hide functions or collide."""

import collections
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = [*(ROOT / "apps").iterdir()]
LIBRARIES = [*(ROOT / "lib").iterdir()]
TESTS = [ROOT / "tests" / folder.name for folder in LIBRARIES if folder.name != "fused"]  # test_fused is no unity build
FUNCTION = re.compile(r"(?:template <.*?> )?[\w:<>,&*\s]*?[\s&*](\w+)\((.*)")
OBJECT = re.compile(r"(?:struct|class|enum class) (\w+)|(?:constexpr|const) [\w:<>,&*\s]*?[\s&*](\w+)(?:\{| =)")


def definitions(file, anonymous):
    """Names and first lines of parameters (None if not a function) defined inside or outside of anonymous namespaces."""
    inside = False
    for line in file.read_text().splitlines():
        if line.startswith(("namespace {", "}  // namespace")):
            inside = line.startswith("namespace {")
        elif inside == anonymous and line[:1].isalpha():
            if found := OBJECT.match(line):
                yield found[1] or found[2], None
            elif found := FUNCTION.match(line):
                yield found[1], found[2]


class Names(unittest.TestCase):
    def test_a_helper_does_not_hide_a_function_of_its_library(self):
        # The many overloads of `describe` differ in the type of their argument.
        for folder in LIBRARIES + PROGRAMS:
            declared = {name for file in folder.rglob("*.h") for name, _ in definitions(file, False)} - {"describe"}
            for file in folder.rglob("*.cpp"):
                for name, _ in definitions(file, True):
                    self.assertFalse(name in declared, f"{file.relative_to(ROOT)}: {name} hides a declaration in a header")

    def test_two_files_of_a_library_do_not_define_the_same_helper(self):
        for folder in LIBRARIES + PROGRAMS + TESTS:
            files_of = collections.defaultdict(set)
            for file in folder.rglob("*.cpp"):
                for definition in definitions(file, True):
                    files_of[definition].add(file.name)
            for (name, _), files in files_of.items():
                self.assertEqual(len(files), 1, f"{folder.name}: {name} in {' and '.join(sorted(files))}")


if __name__ == "__main__":
    unittest.main()

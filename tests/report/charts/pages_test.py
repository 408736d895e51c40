"""Opens reports in Chromium: every chart is drawn, without errors and network requests. Usage: pages_test.py DESCENT"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import browser

DESCENT = sys.argv.pop(1)
EXPERIMENTS = pathlib.Path(__file__).resolve().parents[3] / "experiments"
# Together they show every kind of chart; shortened, because only the drawing is tested.
SHORT = {
    "quickstart": "--seeds 5 --set train.epochs=8",
    "bias_variance_width": "--seeds 5 --set train.epochs=2 --set data.train_size=200",
    "ensembles": "--set train.epochs=2",
    "resnet_lesions": "--seeds 3 --set train.epochs=1 --set data.train_size=100",
    "signal_at_initialization": "--seeds 3",
    "early_stopping_at_the_threshold": "--seeds 3 --set train.epochs=8",
}


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.out = pathlib.Path(folder.name)
        for name, changes in SHORT.items():
            cls.descent("run", str(EXPERIMENTS / f"{name}.json"), *changes.split(), "--out", str(cls.out))

    @staticmethod
    def descent(*words):
        done = subprocess.run([DESCENT, *words], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def check(self, page, file):
        states = page.evaluate("[...document.querySelectorAll('figure')].map(f => [f.id, f.dataset.state,"
                               " f.querySelectorAll('svg path, svg rect').length, f.querySelector('svg').clientWidth])")
        self.assertTrue(states)
        for name, state, shapes, width in states:
            with self.subTest(chart=name):
                self.assertEqual(state, "drawn")
                self.assertGreater(shapes, 3)
                self.assertGreater(width, 100)
        self.assertEqual(page.errors, [])
        self.assertEqual([url for url in page.requests if not url.startswith(("file://" + str(file), "data:", "blob:"))], [])
        # Nothing is wider than the window.
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth - innerWidth"), 0)

    def test_every_chart_of_a_report_is_drawn(self):
        for name in SHORT:
            file = self.descent("report", str(self.out / name)).strip()
            for width, dark in ((1400, False), (390, True)):
                with self.subTest(experiment=name, width=width), browser.Browser() as page:
                    page.open(file, width, dark)
                    self.check(page, file)

    def test_charts_can_be_written_to_files(self):
        charts = self.out / "charts"
        for form, start in (("vl", b"{"), ("svg", b"<svg"), ("png", b"\x89PNG")):
            with self.subTest(format=form):
                words = ("report", str(self.out / "quickstart"), "--format", form, "--out", str(charts))
                files = self.descent(*words).split()
                self.assertIn(str(charts / "quickstart" / ("final_error." + ("vl.json" if form == "vl" else form))), files)
                for file in files:
                    self.assertTrue(pathlib.Path(file).read_bytes().startswith(start), file)

    def test_the_mouse_shows_numbers_and_highlights_a_run(self):
        file = self.descent("report", str(self.out / "quickstart")).strip()
        with browser.Browser() as page:
            page.open(file)
            text = page.hover("#quickstart-learning_curves_error .mark-symbol.role-mark path")
            self.assertIn("95 % interval", text)
            text = page.hover("#quickstart-learning_curves_error .mark-line.role-mark path[stroke-width='8']")
            self.assertIn("seed", text)
            self.assertTrue(page.evaluate("document.querySelector(`path[aria-label*='${picked}'][opacity='1']`) != null"
                                          .replace("${picked}", text.split("run")[1].split()[0])))

    def test_a_table_shows_the_data_of_a_chart(self):
        file = self.descent("report", str(self.out / "quickstart")).strip()
        with browser.Browser() as page:
            page.open(file)
            page.evaluate("document.querySelector('#quickstart-final_error summary').click()")
            page.evaluate("new Promise(done => setTimeout(done, 200))")
            table = page.evaluate("document.querySelector('#quickstart-final_error details table').innerText")
            head, first = table.split("\n")[:2]
            self.assertEqual(head.split("\t")[:5], ["x", "y", "low", "high", "n"])
            self.assertEqual(first.split("\t")[0], "0.1")
            self.assertEqual(len(first.split("\t")), len(head.split("\t")))

    def test_a_report_on_several_experiments_links_to_each(self):
        folders = [str(self.out / name) for name in SHORT]
        file = self.descent("report", *folders, "--out", str(self.out)).strip()
        self.assertEqual(file, str(self.out / "report.html"))
        with browser.Browser() as page:
            page.open(file)
            self.check(page, file)
            links = page.evaluate("[...document.querySelectorAll('nav a')].filter(a => document.querySelector(a.hash)).length")
            self.assertEqual(links, len(SHORT))


if __name__ == "__main__":
    if not browser.find():
        print("no Chromium: apt-get install chromium")
        sys.exit(77)
    unittest.main()

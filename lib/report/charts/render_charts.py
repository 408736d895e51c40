"""render_charts.py svg|png LIST: renders LIST, a JSON object {file: specification}. Exits with 3 without vl-convert-python."""

import json
import sys

try:
    import vl_convert
except ImportError:
    sys.exit(3)

with open(sys.argv[2], encoding="utf-8") as file:
    charts = json.load(file)
for name, spec in charts.items():
    if sys.argv[1] == "svg":
        with open(name, "w", encoding="utf-8") as file:
            file.write(vl_convert.vegalite_to_svg(spec))
    else:
        with open(name, "wb") as file:
            file.write(vl_convert.vegalite_to_png(spec, scale=2))

"""vega_bundle.py NOTICES OUTPUT: Vega, Vega-Lite and Vega-Embed as one script that defines only vegaEmbed."""

import os
import sys

import vl_convert

notices, output = sys.argv[1:]
with open(notices, encoding="utf-8") as file:
    text = file.read()
bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
assert "</script" not in bundle and "<!--" not in bundle and "*/" not in text
with open(output + ".new", "w", encoding="utf-8") as file:
    file.write(f"/*\n{text}*/\n(() => {{\n{bundle}\n}})();\n")
os.replace(output + ".new", output)

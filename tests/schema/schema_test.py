"""`descent schema` is a JSON Schema that accepts the experiments of this repository and rejects invalid ones.

python tests/schema/schema_test.py DESCENT
"""

import json
import pathlib
import re
import subprocess
import sys
import unittest

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
TRAIN = {"epochs": 1}

GOOD = {
    "the minimum": {"train": TRAIN},
    "a seed count": {"seeds": 5, "train": TRAIN},
    "a seed list": {"seeds": [1, 2, 3], "train": TRAIN},
    "the editor's key": {"$schema": "experiment.schema.json", "train": TRAIN},
    "abbreviations": {
        "data": "digits",
        "model": {"norm": "batch", "dropout": 0.2, "init": "he_normal"},
        "train": {"optimizer": "adam", "schedule": "cosine", "loss": "mse", "early_stopping": "val_loss"},
    },
    "whole objects": {
        "data": {"name": "digits", "test_size": 300, "label_noise": {"rate": 0.1, "kind": "uniform"}},
        "model": {
            "norm": {"kind": "batch", "momentum": 0.2},
            "dropout": {"rate": 0.5},
            "init": {"scheme": "normal", "std": 0.1},
        },
        "train": {"optimizer": {"name": "adam", "betas": [0.8, 0.99]}, "steps": 10},
    },
    "engine, device and precision": {"engine": "torch", "device": "cuda:1", "precision": "bf16", "train": TRAIN},
    "an automatic device": {"device": "auto", "train": TRAIN},
    "a list of hidden widths": {"model": {"hidden": [32, 16]}, "train": TRAIN},
    "a full batch": {"train": {"batch_size": "full", "epochs": 1}},
    "selected splits": {"train": {"epochs": 1, "evaluate": {"every_steps": 5, "splits": ["train", "test"]}}},
    "a product": {"train": TRAIN, "sweep": {"model.width": [4, 8], "train.optimizer.lr": [0.1, 0.2]}},
    "short names": {"sweep": {"width": [4, 8], "zip": {"lr": [0.1, 0.2], "norm": ["none", "batch"]}}},
    "a zip": {"train": TRAIN, "sweep": {"zip": {"model.width": [4, 8], "model.depth": [1, 2]}}},
    "a union": {"train": TRAIN, "sweep": [{"model.width": [4, 8]}, {"model.depth": [1, 2]}]},
    "a range": {"train": TRAIN, "sweep": {"model.width": {"range": [4, 16, 4]}}},
    "logarithmic steps": {"train": TRAIN, "sweep": {"train.optimizer.lr": {"logspace": [0.001, 1, 7]}}},
}

BAD = {
    "not an object": [],
    "an unknown key": {"epochs": 3},
    "an unknown key in a section": {"model": {"widht": 3}},
    "an unknown key in an abbreviable section": {"model": {"norm": {"kynd": "batch"}}},
    "text instead of a number": {"model": {"width": "wide"}},
    "a fraction instead of a count": {"model": {"width": 3.5}},
    "a number instead of a name": {"name": 3},
    "a number instead of a choice": {"model": {"activation": 3}},
    "a list instead of a section": {"model": []},
    "no seeds": {"seeds": 0},
    "an empty list of seeds": {"seeds": []},
    "a seed that is text": {"seeds": ["one"]},
    "an unknown data set": {"data": "mnist2d"},
    "an unknown engine": {"engine": "gpu"},
    "an unknown device": {"device": "gpu"},
    "a GPU with a name": {"device": "cuda:x"},
    "an unknown precision": {"precision": "fp16"},
    "an unknown norm": {"model": {"norm": "bathc"}},
    "an unknown norm in an object": {"model": {"norm": {"kind": "bathc"}}},
    "an unknown optimizer": {"train": {"optimizer": "adamm"}},
    "an unknown split": {"train": {"evaluate": {"splits": ["training"]}}},
    "a width of 0": {"model": {"width": 0}},
    "a hidden layer of 0": {"model": {"hidden": [16, 0]}},
    "a dropout rate of 1": {"model": {"dropout": 1}},
    "a negative dropout rate": {"model": {"dropout": {"rate": -0.1}}},
    "label noise above 1": {"data": {"label_noise": 1.5}},
    "a negative learning rate": {"train": {"optimizer": {"lr": -1}}},
    "one beta": {"train": {"optimizer": {"betas": [0.9]}}},
    "a beta of 1": {"train": {"optimizer": {"betas": [0.9, 1]}}},
    "a batch of 0": {"train": {"batch_size": 0}},
    "a batch with an unknown word": {"train": {"batch_size": "all"}},
    "a negative number of epochs": {"train": {"epochs": -1}},
    "no threads": {"train": {"threads": 0}},
    "a sweep over an unknown path": {"sweep": {"model.widht": [4]}},
    "a sweep over one value": {"sweep": {"model.width": 4}},
    "a sweep over nothing": {"sweep": {"model.width": []}},
    "a sweep that is text": {"sweep": "model.width"},
    "a range of two numbers": {"sweep": {"model.width": {"range": [4, 16]}}},
    "a zip over an unknown path": {"sweep": {"zip": {"model.widht": [4, 8]}}},
}


def without_comments(text):
    """Removes // and /* */ comments outside of strings."""
    return re.sub(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', lambda m: m[1] or "", text, flags=re.S)


class SchemaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.schema = json.loads(subprocess.run([PROGRAM, "schema"], check=True, capture_output=True).stdout)
        cls.validator = jsonschema.Draft202012Validator(cls.schema)

    def test_the_schema_is_valid_in_draft_2020_12(self):
        self.assertEqual(self.schema["$schema"], "https://json-schema.org/draft/2020-12/schema")
        jsonschema.Draft202012Validator.check_schema(self.schema)

    def test_every_experiment_of_the_repository_is_accepted(self):
        files = [*ROOT.glob("experiments/*.json"), *ROOT.glob("tests/bench/*.json")]
        self.assertGreaterEqual(len(files), 4)
        for file in files:
            with self.subTest(file.name):
                self.validator.validate(json.loads(without_comments(file.read_text())))

    def test_valid_experiments_are_accepted(self):
        for name, experiment in GOOD.items():
            with self.subTest(name):
                self.validator.validate(experiment)

    def test_invalid_experiments_are_rejected(self):
        for name, experiment in BAD.items():
            with self.subTest(name):
                self.assertFalse(self.validator.is_valid(experiment), "accepted")

    def test_every_key_has_a_description(self):
        def walk(node, path):
            if not isinstance(node, (dict, list)):
                return
            for key, child in node.items() if isinstance(node, dict) else enumerate(node):
                if key == "properties":
                    for name, value in child.items():
                        self.assertTrue(value.get("description"), f"{path}/{name}")
                walk(child, f"{path}/{key}")

        walk(self.schema.get("properties", {}), "")
        self.assertGreater(len(self.schema["properties"]), 5)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()

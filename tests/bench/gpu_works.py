"""The works of compare_gpu.py: experiments of Descent and the same as requests to peers (peers/gpu_common.py)."""

import dataclasses
import pathlib

import numpy as np
from compare_peers import HERE, WIDTHS
from compare_resnets import experiment_of, write_images

ROOT = HERE.parents[1]


@dataclasses.dataclass
class Work:
    name: str
    file: pathlib.Path  # the experiment
    widths: list[int]
    seeds: int
    epochs: tuple[int, int]  # of the two runs of Descent; peers train for the second number
    steps: int  # per epoch in this comparison
    epoch: int  # steps of the epoch whose time is reported
    request: dict  # without width, seeds and epochs

    @property
    def title(self):
        return f"{self.name}, {self.seeds} seed{'s' if self.seeds > 1 else ''}"

    @property
    def evaluates(self):
        return self.request["evaluate"]


def write_arrays(folder, name, arrays):
    np.savez(folder / f"{name}.npz", **dict(zip(("x_train", "y_train", "x_test", "y_test"), arrays)))
    return str(folder / f"{name}.npz")


def signals(name):
    folder = ROOT / "experiments/data" / name
    return [np.load(folder / f"{n}.npy") for n in ("x_train", "y_train", "x_test", "y_test")]


def mlp_works(a, folder):
    x, y, _, _ = signals("mnist1d_large")
    common = {"kind": "mlp", "batch": 100, "evaluate": True}
    descent = common | {
        "init": "he_normal",
        "optimizer": {"name": "sgd", "lr": 0.05, "momentum": 0.9},
        "noise": 0.15,
        "data": write_arrays(folder, "double_descent", (x[:4000], y[:4000], x[4000:8000], y[4000:8000])),
    }
    w1 = common | {
        "init": "pytorch_default",
        "optimizer": {"name": "adam", "lr": 1e-3},
        "noise": 0,
        "data": write_arrays(folder, "w1", signals("mnist1d")),
    }
    widths = [4, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 128, 192, 256]
    file = ROOT / "experiments/double_descent_width.json"
    epochs = (40, 200) if a.full else (4, 20)
    return [
        Work("double descent", file, widths, 10, epochs, 40, 40, descent),
        Work("W1", HERE / "w1.json", WIDTHS["w1"], 8, (10, 50), 40, 40, w1),
    ]


def resnet_works(a, folder):
    train, test, batch = (32, 64, 16) if a.small else (1280, 512, 128)
    write_images(folder, train, test)
    of_class = np.random.default_rng(1).standard_normal((10, 3, 1, 1), dtype=np.float32)
    arrays = []
    for part in "train", "test":
        x, y = (np.load(folder / f"{n}_{part}.npy") for n in "xy")
        x += 0.5 * of_class[y]
        np.save(folder / f"x_{part}.npy", x)
        arrays += [x, y]
    request = {
        "kind": "resnet18k",
        "init": "pytorch_default",
        "optimizer": {"name": "adam", "lr": 1e-3},
        "batch": batch,
        "data": write_arrays(folder, "images", arrays),
        "noise": 0,
        "evaluate": False,
    }
    keys = {
        "data.name": "npy",
        "data.path": str(folder),
        "model.kind": "resnet",
        "model.width": 4,
        "model.blocks": [2, 2, 2, 2],
        "model.preactivation": True,
        "model.shortcut": "projection",
        "model.norm": "batch",
        "model.init": "pytorch_default",
        "train.optimizer.name": "adam",
        "train.optimizer.lr": 1e-3,
        "train.batch_size": batch,
        "train.epochs": 1,
        "train.evaluate.splits": ["test"],
    }
    file = folder / "resnets.json"
    file.write_text(experiment_of(keys, 1))
    name = f"ResNet18k, {batch} images 3x32x32"
    seeds = (2,) if a.small else (1, 8)
    return [Work(name, file, [4, 16, 64], n, (2, 12), train // batch, 391, request) for n in seeds]


def works(a, folder):
    chosen = [w for w in mlp_works(a, folder) + resnet_works(a, folder) if a.works in w.name]
    for work in chosen:
        if a.small:
            work.seeds, work.epochs = min(work.seeds, 2), (1, 4)
            work.widths = work.widths[:1]
        if a.widths:
            work.widths = [w for w in work.widths if w in a.widths]
        work.seeds = min(work.seeds, a.seeds)
    return chosen

"""Class of excitability in planes of two parameters, and the number of isolated cells.

Usage: ``python tests/benchmarks/onset_planes.py [--points 21] [--planes NAME …] [--pictures FOLDER]``

The class changes along curves. A cell whose class differs from that of all its neighbours is either at such a curve or
an error of the measurement. The script evaluates classes 1 and 2 at each cell and counts these cells, and the cells
whose kind of onset differs from that of all neighbours.
"""

import argparse
import json
import time
from collections import Counter
from pathlib import Path

import numpy as np

import plausiwidgets as pw
from plausiwidgets.patterns.onset.outcome import KINDS

ONE, TWO = "class_1_excitable", "class_2_excitable"
PLANES = {
    "qif": (("v_reset", -75.0, -48.0), ("a", 0.002, 0.05), {}),
    "izhikevich": (("a", 0.01, 0.3), ("b", -0.1, 0.3), {}),
    "adex": (("a", -2.0, 40.0), ("V_r", -70.0, -46.0), {}),
    "morris_lecar": (("V_3", -5.0, 15.0), ("phi", 0.02, 0.3), {"V_4": 17.4, "g_Ca": 4.0, "amplitude": 100.0}),
    "wilson": (("g_T", 0.0, 4.0), ("g_H", 0.0, 10.0), {}),
}
"""Model → first parameter with its range, second parameter with its range, other parameters.

The amplitude is the largest current of the model, except for Morris–Lecar neurons. There the largest current is close
to depolarization block, where spikes become too small.
"""
COLOURS = {0: (205, 205, 205), 1: (60, 120, 200), 2: (230, 140, 40)}
KIND_COLOURS = {
    "no firing": (255, 255, 255),
    "fires at rest": (235, 235, 200),
    "unclear": (200, 60, 60),
    "staircase": (150, 90, 160),
    "bursting": (120, 120, 120),
    "finite": (230, 140, 40),
    "logarithm": (110, 190, 190),
    "root": (60, 120, 200),
}


def plane(name, points):
    """Return the classes and the kinds of onset, both with shape [points, points]."""
    (x, *x_ends), (y, *y_ends), others = PLANES[name]
    model = pw.models.get(name)

    def grid(key, low, high):
        p = model.parameters[key]
        return np.array([p.from_unit(u) for u in np.linspace(p.to_unit(low), p.to_unit(high), points)])

    xs, ys = np.meshgrid(grid(x, *x_ends), grid(y, *y_ends))
    others = {"amplitude": float(model.current.high), "holding": 0.0} | others
    fixed = dict(model.complete({key: x for key, x in others.items() if key in model.parameters})) | others
    values = {key: np.full(xs.size, float(v)) for key, v in fixed.items()} | {x: xs.ravel(), y: ys.ravel()}
    found = {key: pw.judge(model, key, values, verify=False) for key in (ONE, TWO)}
    both = found[ONE].accepted & found[TWO].accepted
    assert not both.any()
    classes = np.where(found[ONE].accepted, 1, np.where(found[TWO].accepted, 2, 0))
    kinds = found[ONE].measured["onset"].astype(int)
    return classes.reshape(xs.shape), kinds.reshape(xs.shape), (xs, ys)


def isolated(cells):
    """Return the indices of cells that differ from all their neighbours."""
    padded = np.pad(cells, 1, constant_values=-1)
    n, m = cells.shape
    is_alone = np.ones((n, m), bool)
    for i in range(3):
        for j in range(3):
            if (i, j) != (1, 1):
                is_alone &= padded[i : i + n, j : j + m] != cells
    return np.argwhere(is_alone)


def picture(file, classes, kinds):
    """Draw the classes on the left and the kinds of onset on the right."""
    from PIL import Image, ImageDraw

    size, n = 20, classes.shape[0]
    image = Image.new("RGB", (2 * n * size + 20, n * size), "white")
    draw = ImageDraw.Draw(image)
    for i in range(n):
        for j in range(n):
            top = (n - 1 - i) * size
            for left, colour in (
                (j * size, COLOURS[int(classes[i, j])]),
                (n * size + 20 + j * size, KIND_COLOURS[KINDS[kinds[i, j]]]),
            ):
                draw.rectangle([left, top, left + size - 2, top + size - 2], fill=colour)
    image.save(file)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=21)
    parser.add_argument("--planes", nargs="*", default=list(PLANES))
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_suffix(".json"))
    given = parser.parse_args()
    rows = []
    for name in given.planes:
        began = time.process_time()
        classes, kinds, (xs, ys) = plane(name, given.points)
        alone = [
            {PLANES[name][0][0]: float(xs[i, j]), PLANES[name][1][0]: float(ys[i, j]), "class": int(classes[i, j])}
            | {"kind": KINDS[kinds[i, j]]}
            for i, j in isolated(classes).tolist()
        ]
        row = {"neuron": name, "plane": PLANES[name], "cells": classes.size, "isolated": alone}
        row["isolated kinds"] = len(isolated(kinds))
        row["classes"] = {str(k): n for k, n in Counter(classes.ravel().tolist()).items()}
        row["kinds"] = {KINDS[k]: n for k, n in Counter(kinds.ravel().tolist()).items()}
        row["processor seconds"] = round(time.process_time() - began)
        rows.append(row)
        print(row, flush=True)
        if given.pictures:
            given.pictures.mkdir(parents=True, exist_ok=True)
            picture(given.pictures / f"{name}.png", classes, kinds)
    report = {"points": given.points, "isolated cells": sum(len(row["isolated"]) for row in rows), "planes": rows}
    text = json.dumps(report, ensure_ascii=False).replace('{"neuron"', '\n {"neuron"')
    given.output.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

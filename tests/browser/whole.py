"""An experiment with something in every tab, as a training on a GPU machine would have recorded it."""

from __future__ import annotations

from pathlib import Path

import trackkit_jupyter as track

DIFF = """diff --git a/train.py b/train.py
index 3b18e51..a042389 100644
--- a/train.py
+++ b/train.py
@@ -1,4 +1,4 @@
 import torch
-lr = 0.1
+lr = 0.05
 model = Net()
"""
CELLS = ["import torch\nfrom model import Net", "for epoch in range(3):\n    # one pass\n    train(epoch)"]
RUNTIME = {
    "os": "Linux 6.8",
    "hostname": "gpu-04",
    "python_version": "3.12.4",
    "processor": "x86_64",
    "cpu_type": "AMD EPYC 7543",
    "cpu_cores": 64,
    "memory_gb": 503.6,
    "gpu_type": "NVIDIA H100",
    "gpu_count": 2,
    "cuda_driver_version": "12.4",
}
EXECUTION = {
    "repository": "https://example.org/vision/digits.git",
    "branch": "main",
    "commit": "8f14e45fceea167a5a36dedd4bea2543f1a0c2d9",
    "script": "train.py",
    "working_dir": ".",
    "diff": DIFF,
    "packages": {f"package-{number:03}": f"1.{number}.0" for number in range(300)} | {"torch": "2.4.0"},
    "container": {"image": "python:3.12-slim", "arguments": "--gpus all", "setup": "pip install -r requirements.txt"},
    "output_uri": "s3://models/digits",
    "log_level": "INFO",
}


def whole(
    store: Path, folder: Path, name: str = "whole", parent: str | None = None, epochs: int = 3
) -> track.Experiment:
    """Record one, that has ended."""
    config = {"lr": 0.05, "batch": 64, "layers": [128, 64]}
    description = "Does a **smaller** step help?\n\n- yes\n- no"
    table = folder / "results.csv"
    table.write_text("epoch,loss\n1,0.5\n2,0.25\n")
    with track.start(
        name, project="vision/digits", config=config, parent=parent, description=description, store=store, capture=False
    ) as exp:
        for number, code in enumerate(CELLS, 1):
            exp.record_cell(code, number)
        exp.record_execution(EXECUTION)
        exp.record_runtime(RUNTIME)
        exp._recorder.event(
            "hyperparameter",
            section="Args",
            name="epochs",
            value="3",
            type="int",
            description="how often",
            default="10",
        )
        exp.connect_configuration({"net": {"depth": 3}}, name="network", description="What the model is made of")
        exp.set_properties(dataset="v2")
        exp.log_artifact("results", table, metadata={"rows": 2})
        exp.log_artifact("weights", "https://example.org/weights.pt")
        exp.log_artifact("bucket", "s3://models/digits/last.pt")
        for epoch in range(1, epochs + 1):
            exp.log({"loss/train": 1 / epoch, "loss/val": 1.2 / epoch}, iteration=epoch)
            exp.log_console("stdout", f"epoch {epoch} \x1b[32mloss\x1b[0m {1 / epoch:.3f}\n")
        exp.log_console("stderr", "a warning\n")
        exp.log_text("saved")
    return exp

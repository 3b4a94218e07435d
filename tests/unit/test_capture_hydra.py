"""The configuration of a real Hydra program."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

PROGRAM = """
    import json
    import hydra
    import trackkit_jupyter as track

    def train(config):
        with track.start("a", store=STORE, capture=["arguments"]) as experiment:
            assert config.model.lr == 0.5
        found = experiment.to_dict()
        print(json.dumps([found["hyperparameters"], found["configuration"]]))

    @hydra.main(version_base=None, config_path=".", config_name="config")
    def main(config):
        train(config)

    main()
"""


def test_hydra(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(
        "model:\n  lr: 0.1\n  layers: [1, 2]\ndb_password: hunter2\nname: ${model.lr}\n", encoding="utf-8"
    )
    source = textwrap.dedent(PROGRAM).replace("STORE", repr(str(tmp_path / "store")))
    (tmp_path / "train.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "train.py", "model.lr=0.5"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    parameters, configuration = json.loads(done.stdout.strip().splitlines()[-1])
    found = {name: entry["value"] for name, entry in parameters["Hydra"].items()}
    assert found["model.lr"] == "0.5"
    assert found["model.layers"] == "[1, 2]"
    assert found["db_password"] == "[redacted]"
    assert found["name"] == "${model.lr}"
    assert "outputs" in found["hydra.runtime.output_dir"]
    assert configuration["Hydra"]["type"] == "yaml"
    assert "lr: 0.5" in configuration["Hydra"]["value"]
    assert "hunter2" not in json.dumps([parameters["Hydra"], configuration])

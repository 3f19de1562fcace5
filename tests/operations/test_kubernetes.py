"""The overlay for another world in Kubernetes, as the documentation has it."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml


def test_another_world_is_another_deployment(repository: Path, tmp_path: Path) -> None:
    """Rendered, it has its own Deployment, Service and volume claim, which belong to one another and to no other world."""
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is not installed")
    example = re.search(r"```yaml\n(.*?)```", (repository / "docs" / "operations.md").read_text(), re.DOTALL)
    assert example is not None
    shutil.copytree(repository / "deploy" / "kubernetes", tmp_path / "deploy" / "kubernetes")
    overlay = tmp_path / "worlds" / "north"
    overlay.mkdir(parents=True)
    (overlay / "kustomization.yaml").write_text(example[1])
    done = subprocess.run([kubectl, "kustomize", overlay], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = {document["kind"]: document for document in yaml.safe_load_all(done.stdout)}
    assert {made[kind]["metadata"]["name"] for kind in ("Deployment", "Service")} == {"spine-backend-north"}
    template = made["Deployment"]["spec"]["template"]
    (server,) = template["spec"]["containers"]
    assert {"name": "SPINE_WORLD", "value": "north"} in server["env"]
    claims = [
        part["persistentVolumeClaim"]["claimName"]
        for part in template["spec"]["volumes"]
        if "persistentVolumeClaim" in part
    ]
    assert claims == [made["PersistentVolumeClaim"]["metadata"]["name"]] == ["spine-state-north"]
    assert made["Service"]["spec"]["selector"].items() <= template["metadata"]["labels"].items()
    assert made["Service"]["spec"]["selector"]["spine-world"] == "north"

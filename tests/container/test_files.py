"""The container files themselves: linters, schemas, what goes into the build context."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import yaml

from support.engine import run

Find = Callable[[str], str]
MANIFESTS = (
    "namespace",
    "serviceaccount",
    "persistentvolumeclaim",
    "deployment",
    "service",
    "poddisruptionbudget",
    "networkpolicy",
)
OVERLAYS = ("scale", "monitoring", "logging", "proxy/nginx", "proxy/traefik")


def test_dockerfile_is_clean(tools: Find, repository: Path) -> None:
    """Hadolint finds nothing in the Dockerfile."""
    run(tools("hadolint"), repository / "Dockerfile")


def test_yaml_is_clean(tools: Find, repository: Path) -> None:
    """Yamllint finds nothing in compose files, overlays and manifests."""
    run(tools("yamllint"), "--strict", "docker-compose.yml", "deploy", cwd=repository)


def test_compose_file_follows_the_specification(tools: Find, repository: Path) -> None:
    """The published schema of compose files accepts ours."""
    run(tools("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", repository / "docker-compose.yml")


def test_compose_file_keeps_to_the_rules_of_version_1(repository: Path) -> None:
    """docker-compose 1.27 and later reads the file: none of the keys that only version 2 knows."""
    text = (repository / "docker-compose.yml").read_text()
    assert not re.search(r"^name:|start_interval|!reset|!override|^include:|required:|develop:", text, re.MULTILINE)


@pytest.mark.parametrize("overlay", [(), *((f"deploy/{name}/compose.yml",) for name in OVERLAYS)])
def test_compose_accepts(engine: None, repository: Path, overlay: tuple[str, ...]) -> None:
    """`docker compose config` is silent for the file alone and with each overlay."""
    files = [part for name in ("docker-compose.yml", *overlay) for part in ("--file", name)]
    assert run("docker", "compose", *files, "config", "--quiet", cwd=repository) == ""


def test_manifests_follow_the_schemas_of_kubernetes(tools: Find, repository: Path) -> None:
    """Every manifest passes the published schema, unknown keys refused."""
    folder = repository / "deploy" / "kubernetes"
    run(tools("kubernetes-validate"), "--strict", *(folder / f"{name}.yaml" for name in MANIFESTS))


def test_kustomization_lists_every_manifest(repository: Path) -> None:
    """`kubectl apply --kustomize` applies all of the folder."""
    folder = repository / "deploy" / "kubernetes"
    resources = yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"]
    assert sorted(resources) == sorted(f"{name}.yaml" for name in MANIFESTS)
    assert {path.name for path in folder.iterdir()} == {*resources, "kustomization.yaml"}


def test_pod_is_restricted(repository: Path) -> None:
    """The pod meets the restricted security standard, with a read-only root and limits."""
    deployment = yaml.safe_load((repository / "deploy" / "kubernetes" / "deployment.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (server,) = pod["containers"]
    assert server["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert server["resources"]["limits"]["memory"] == "512Mi"


def test_build_context_is_small_and_holds_no_secrets(engine: None, repository: Path, tmp_path: Path) -> None:
    """What is sent to the builder stays under 2 MiB and has neither tests nor documents nor dot files in it."""
    secrets = [repository / "src" / ".env", repository / "src" / "spine" / "__pycache__" / "leak.pyc"]
    recipe = tmp_path / "Dockerfile"
    recipe.write_text("FROM scratch\nCOPY . /\n")
    for secret in secrets:
        secret.parent.mkdir(exist_ok=True)
        secret.write_text("secret")
    try:
        run(
            "docker", "buildx", "build", "--file", recipe, "--output", f"type=tar,dest={tmp_path / 'context.tar'}", repository
        )  # fmt: skip
    finally:
        for secret in secrets:
            secret.unlink()
    with tarfile.open(fileobj=BytesIO((tmp_path / "context.tar").read_bytes())) as context:
        members = context.getmembers()
    names = [member.name.removeprefix("./") for member in members]
    assert sum(member.size for member in members) < 3 * 2**20
    assert {name.split("/")[0] for name in names if name} <= {
        "pyproject.toml",
        "poetry.lock",
        "README.md",
        "LICENSE",
        "src",
        "web",
        "deploy",
    }
    assert [
        name for name in names if re.search(r"(^|/)(\.env[^/]*|__pycache__|tests?|node_modules|dist|docs)(/|$)", name)
    ] == []


def test_ignored_and_needed_files_agree(repository: Path) -> None:
    """Whatever the Dockerfile copies out of the context is let through by .dockerignore."""
    allowed = {
        line.removeprefix("!")
        for line in (repository / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    for line in (repository / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert any(source == name or source.startswith(f"{name}/") for name in allowed), source


def test_index_template_is_json(repository: Path) -> None:
    """The index template of the log fields is a JSON document with a mapping for each field of a log line."""
    template = json.loads((repository / "deploy" / "logging" / "index-template.json").read_text())
    fields = template["template"]["mappings"]["properties"]["spine"]["properties"]
    assert {"level", "event", "logger", "version", "request_id", "client_id", "tick"} <= fields.keys()

"""What the environment may hold: variables of others, slips of the pen, origins in any spelling, prefixes."""

from __future__ import annotations

import os
import string
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.errors import ConfigurationError
from spine.server.environment import UnknownVariable, unknown_variables
from spine.server.origins import normal_origin
from spine.server.prefix import LONGEST_PREFIX, is_prefix
from spine.server.settings import Settings
from support.patience import PATIENCE_S
from support.server import running_server

KNOWN = Settings.variables()
PROTECTIVE = ("SPINE_CONTROL_TOKEN", "SPINE_VIEW_TOKEN", "SPINE_ALLOWED_ORIGINS")
SERVICE_LINKS = {
    "SPINE_SERVICE_HOST": "10.96.12.7",
    "SPINE_SERVICE_PORT": "8000",
    "SPINE_SERVICE_PORT_HTTP": "8000",
    "SPINE_PORT": "tcp://10.96.12.7:8000",
    "SPINE_PORT_8000_TCP": "tcp://10.96.12.7:8000",
    "SPINE_PORT_8000_TCP_PROTO": "tcp",
    "SPINE_PORT_8000_TCP_PORT": "8000",
    "SPINE_PORT_8000_TCP_ADDR": "10.96.12.7",
    "SPINE_BACKEND_SERVICE_HOST": "10.96.12.8",
    "SPINE_BACKEND_PORT": "tcp://10.96.12.8:8000",
    "SPINE_TOKEN_ISSUER_SERVICE_PORT_HTTPS": "443",
}


def _serve(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "spine", "serve", *arguments],
        env={**os.environ, "HOST": "127.0.0.1", "PORT": "0", "LOG_FORMAT": "console", **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


@st.composite
def _slips(draw: st.DrawFn) -> tuple[str, str]:
    """A protective variable with one letter left out, doubled, changed, or swapped with the next one."""
    name = draw(st.sampled_from(PROTECTIVE))
    at = draw(st.integers(0, len(name) - 2))
    letter = draw(st.sampled_from(string.ascii_uppercase))
    slip = draw(
        st.sampled_from(
            [
                name[:at] + name[at + 1 :],
                name[:at] + name[at] + name[at:],
                name[:at] + letter + name[at + 1 :],
                name[:at] + name[at + 1] + name[at] + name[at + 2 :],
            ]
        )
    )
    return name, slip


@given(_slips())
def test_no_slip_in_a_protective_variable_leaves_the_server_open(named: tuple[str, str]) -> None:
    """Whatever one letter does to the name, the start ends, with the right name said and the value not shown."""
    name, slip = named
    if slip in KNOWN:
        assert unknown_variables({slip: "open-sesame"}, KNOWN) == []
        return
    with pytest.raises(ConfigurationError) as refused:
        unknown_variables({slip: "open-sesame"}, KNOWN)
    assert f"did you mean {name}?" in str(refused.value)
    assert "open-sesame" not in str(refused.value)


@pytest.mark.parametrize(
    "name", ["SPINE_TOKEN", "SPINE_AUTH", "SPINE_PASSWORD", "SPINE_CORS_ORIGINS", "SPINE_API_SECRET"]
)
def test_what_was_to_protect_is_refused_however_it_is_called(name: str) -> None:
    """No name near a setting is needed: the words say what it was for."""
    with pytest.raises(ConfigurationError, match=r"the settings are .*SPINE_CONTROL_TOKEN|did you mean SPINE_"):
        unknown_variables({name: "open-sesame"}, KNOWN)


def test_other_slips_are_told_with_what_was_meant() -> None:
    """What protects nothing is only told; what has no value, is a setting, or has nothing to do with SPINE is not."""
    environment = {
        "SPINE_SPEEED": "60",
        "SPINE_LOG_LEVEL": "DEBUG",
        "SPINE_PORT": "9000",
        "SPINE_MEMORY": "1g",
        "SPINE_CONTROL_TOKN": "",
        "spine_speed": "60",
        "PATH": "/usr/bin",
        "GITHUB_TOKEN": "x",
    }
    assert unknown_variables(environment, KNOWN) == [
        UnknownVariable("SPINE_LOG_LEVEL", "LOG_LEVEL"),
        UnknownVariable("SPINE_MEMORY", None),
        UnknownVariable("SPINE_PORT", "PORT"),
        UnknownVariable("SPINE_SPEEED", "SPINE_SPEED"),
    ]


def test_service_links_are_no_settings() -> None:
    """What Kubernetes and Docker set for services whose name begins with spine is neither refused nor told."""
    assert unknown_variables(SERVICE_LINKS, KNOWN) == []


def test_a_misspelt_token_ends_the_start() -> None:
    """Exit code 2 and one line that says what was meant."""
    done = _serve(SPINE_CONTROL_TOKN="open-sesame")
    assert done.returncode == 2
    assert "SPINE_CONTROL_TOKN" in done.stderr
    assert "did you mean SPINE_CONTROL_TOKEN?" in done.stderr
    assert "open-sesame" not in done.stderr + done.stdout


def test_other_unknown_variables_are_warned_of() -> None:
    """The server starts among the service links, and warns of the one slip."""
    with running_server(SPINE_SPEEED="60", **SERVICE_LINKS) as server:
        warnings = [line for line in server.lines() if line["level"] == "warning"]
    told = [(line["variable"], line["did_you_mean"]) for line in warnings if "variable" in line]
    assert ("SPINE_SPEEED", "SPINE_SPEED") in told
    assert not {name for name, _ in told} & set(SERVICE_LINKS)


@pytest.mark.parametrize("host", ["x86_64-conda-linux-gnu", "no such host", "203.0.113.7"])
def test_a_host_of_somebody_else_is_refused_with_a_way_out(host: str) -> None:
    """Shells set HOST to other things: the message says which flag wins."""
    done = _serve(HOST=host)
    assert done.returncode == 2
    assert host in done.stderr
    assert "--host localhost" in done.stderr


@pytest.mark.parametrize(
    ("variable", "flag", "value"), [("LOG_LEVEL", "--log-level", "notice"), ("PORT", "--port", "tcp://10.0.0.1:80")]
)
def test_variables_that_others_use_are_refused_with_a_way_out(variable: str, flag: str, value: str) -> None:
    """The same for every setting without SPINE in its name; the flag does win, and is not advised where it is what is wrong."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, value)
        with pytest.raises(ConfigurationError, match=f"{flag} goes before it"):
            Settings.read()
        field = flag.removeprefix("--").replace("-", "_")
        assert Settings.read(**{field: {"port": 1234, "log_level": "DEBUG"}[field]})
        with pytest.raises(ConfigurationError) as refused:
            Settings.read(**{field: value})
        assert flag not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://plan.example.com/", "https://plan.example.com"),
        ("HTTPS://Plan.Example.COM:443", "https://plan.example.com"),
        ("http://plan.example.com:80/", "http://plan.example.com"),
        ("http://plan.example.com:443", "http://plan.example.com:443"),
        ("https://plan.example.com:8443/", "https://plan.example.com:8443"),
        ("https://żółw.example", "https://xn--w-uga1v8h.example"),
        ("http://[0:0::1]:8000/", "http://[::1]:8000"),
        ("*", "*"),
        ("null", "null"),
    ],
)
def test_an_origin_is_read_in_every_spelling(written: str, meant: str) -> None:
    """As browsers send it: small letters, no default port, no slash."""
    assert normal_origin(written) == meant
    assert normal_origin(meant) == meant


@pytest.mark.parametrize(
    "written",
    ["plan.example.com", "plan.example.com:443", "https://", "https://a.example/page", "https://*.example.com",
     "https://me@a.example", "https://a.example:99999", "http://[zz]"],
)  # fmt: skip
def test_what_is_no_origin_is_refused_at_the_start(written: str) -> None:
    """It would never match, and its page would be refused without a reason anybody finds."""
    with pytest.raises(ConfigurationError, match="SPINE_ALLOWED_ORIGINS"):
        Settings.read(allowed_origins=written)


def test_the_page_of_an_allowed_origin_is_let_in_whatever_the_spelling() -> None:
    """A slash, capitals and a default port in the setting name the same origin."""
    with running_server(SPINE_ALLOWED_ORIGINS="https://Plan.Example.com:443/, http://other.example:80") as server:
        for origin in ("https://plan.example.com", "http://other.example"):
            assert server.status("/api/summary", Origin=origin) == 200
            with server.client(origin=origin) as client:
                assert client.ask("agent.list")["signal"] == "agent.listed"
        for origin in (
            "http://plan.example.com",
            "https://plan.example.com:8443",
            "https://plan.example.com.evil.example",
        ):
            assert server.status("/api/summary", Origin=origin) == 403


@given(st.text(alphabet='/ab.~-_%\\"<> \r\n', max_size=12))
def test_a_prefix_is_plain_segments(path: str) -> None:
    """Nothing that could end a header or an attribute, leave the folder, or name another host."""
    if is_prefix(path):
        assert path.startswith("/")
        assert not path.endswith("/")
        assert "//" not in path
        assert set(path) <= set("/ab.~-_")
        assert not {".", ".."} & set(path.split("/"))


def test_a_prefix_is_read_with_or_without_its_last_slash() -> None:
    """Both are the same; what is no prefix is refused by name."""
    assert Settings.read(root_path="/sim/").root_path == Settings.read(root_path="/sim").root_path == "/sim"
    assert Settings.read(root_path="/").root_path == ""
    for wrong in ("sim", "/a//b", "/../etc", "/a b", "https://a.example/sim", "/" + "a" * LONGEST_PREFIX):
        with pytest.raises(ConfigurationError, match="SPINE_ROOT_PATH"):
            Settings.read(root_path=wrong)

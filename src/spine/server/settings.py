"""Settings of the server: environment variables, overridden by flags. A wrong value is refused at start, by name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from spine.errors import ConfigurationError, quoted
from spine.server.origins import normal_origin
from spine.server.prefix import is_prefix

NAME_PATTERN = "^[A-Za-z0-9_-]{1,64}$"
"""Of the name an operator gives a world."""

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_FLAGS_OF_COMMON_NAMES = {
    "HOST": "--host",
    "PORT": "--port",
    "LOG_LEVEL": "--log-level",
    "LOG_FORMAT": "--log-format",
}
"""Variables that shells and platforms set for purposes of their own, and the flags that win over them."""


def _env(*names: str) -> Any:
    return AliasChoices(*names)


class Settings(BaseSettings):
    """Settings of the server. Names in capitals are environment variables."""

    model_config = SettingsConfigDict(extra="ignore", populate_by_name=True, env_ignore_empty=True)

    host: str = Field("localhost", validation_alias=_env("HOST"))
    port: int = Field(8000, ge=0, le=65535, validation_alias=_env("PORT"))
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", validation_alias=_env("LOG_LEVEL")
    )
    log_format: Literal["json", "console", "auto"] = Field("auto", validation_alias=_env("LOG_FORMAT"))
    scenario: str = Field("demo", validation_alias=_env("SPINE_SCENARIO"))
    world: str | None = Field(None, pattern=NAME_PATTERN, validation_alias=_env("SPINE_WORLD"))
    tick_rate: int | None = Field(None, ge=1, le=100, validation_alias=_env("SPINE_TICK_RATE"))
    speed: float | None = Field(None, gt=0.0, le=3600.0, validation_alias=_env("SPINE_SPEED"))
    autostart: bool | None = Field(None, validation_alias=_env("SPINE_AUTOSTART"))
    state_dir: Path | None = Field(None, validation_alias=_env("SPINE_STATE_DIR"))
    checkpoint_minutes: float = Field(5.0, gt=0.0, validation_alias=_env("SPINE_CHECKPOINT_MINUTES"))
    checkpoints_kept: int = Field(3, ge=1, le=1000, validation_alias=_env("SPINE_CHECKPOINTS_KEPT"))
    # A flag and no variable of the environment: a container that is started again must not begin anew each time.
    fresh: bool = Field(False, validation_alias=_env("--fresh"))
    record: Path | None = Field(None, validation_alias=_env("SPINE_RECORD"))
    replay: Path | None = Field(None, validation_alias=_env("--replay"))
    view_token: str | None = Field(None, min_length=8, validation_alias=_env("SPINE_VIEW_TOKEN"))
    control_token: str | None = Field(None, min_length=8, validation_alias=_env("SPINE_CONTROL_TOKEN"))
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias=_env("SPINE_ALLOWED_ORIGINS"))
    root_path: str = Field("", max_length=256, validation_alias=_env("SPINE_ROOT_PATH"))
    max_clients: int = Field(4096, ge=1, validation_alias=_env("SPINE_MAX_CLIENTS"))
    max_message_bytes: int = Field(64 * 2**20, ge=2**20, validation_alias=_env("SPINE_MAX_MESSAGE_BYTES"))
    max_import_bytes: int = Field(48 * 2**20, ge=2**10, validation_alias=_env("SPINE_MAX_IMPORT_BYTES"))
    max_map_nodes: int = Field(400_000, ge=1, validation_alias=_env("SPINE_MAX_MAP_NODES"))
    max_queue_bytes: int = Field(8 * 2**20, ge=2**16, validation_alias=_env("SPINE_MAX_QUEUE_BYTES"))
    slow_client_s: float = Field(30.0, gt=0.0, validation_alias=_env("SPINE_SLOW_CLIENT_SECONDS"))
    actions_per_second: float = Field(500.0, gt=0.0, validation_alias=_env("SPINE_ACTIONS_PER_SECOND"))
    request_s: float = Field(10.0, gt=0.0, validation_alias=_env("SPINE_REQUEST_SECONDS"))
    ping_s: float = Field(30.0, gt=0.0, validation_alias=_env("SPINE_PING_SECONDS"))
    ping_grace_s: float = Field(60.0, gt=0.0, validation_alias=_env("SPINE_PING_GRACE_SECONDS"))
    compression: bool = Field(False, validation_alias=_env("SPINE_COMPRESSION"))
    engine_silence_s: float = Field(20.0, gt=0.0, validation_alias=_env("SPINE_ENGINE_SILENCE_SECONDS"))
    watchdog_s: float = Field(20.0, gt=0.0, validation_alias=_env("SPINE_WATCHDOG_SECONDS"))

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("allowed_origins")
    @classmethod
    def _as_browsers_send_it(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(normal_origin, value))

    @field_validator("root_path")
    @classmethod
    def _with_one_slash(cls, value: str) -> str:
        path = value.rstrip("/")
        if path and not is_prefix(path):
            raise ValueError("must be a path such as /sim, of letters, digits and - . _ ~ between slashes")
        return path

    @classmethod
    def read(cls, **flags: Any) -> Settings:
        """Return the settings of the environment, overridden by flags that are not None.

        Raises:
            ConfigurationError: names the variable, its value and what would be right.
        """
        given = {name: value for name, value in flags.items() if value is not None}
        try:
            return cls(**{_variable(name): value for name, value in given.items()})
        except ValidationError as error:
            item = error.errors()[0]
            variable = _variable(str(item["loc"][0]))
            shown = "***" if "TOKEN" in variable.upper() else quoted(item["input"])
            problem = str(item["msg"]).removeprefix("Value error, ")
            hint = _FLAGS_OF_COMMON_NAMES.get(variable)
            if hint is not None and hint.removeprefix("--").replace("-", "_") not in given:
                problem += f"; other programs use this variable, too: {hint} goes before it"
            raise ConfigurationError(f"{variable} = {shown}: {problem}") from None

    @classmethod
    def variables(cls) -> frozenset[str]:
        """Return the names of all variables of the environment that are settings."""
        names = map(_variable, cls.model_fields)
        return frozenset(name for name in names if not name.startswith("--"))

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach the server."""
        return self.host in LOOPBACK


def _variable(name: str) -> str:
    field = Settings.model_fields.get(name)
    alias = field.validation_alias if field is not None else None
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else name

"""`/api/series`: the figures of a run over simulated time, whenever somebody asks, live and of a recording; `/api/problems` beside it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spine.engine.series import series_of
from spine.world import SAMPLE_COLUMNS
from support.server import Json, Server, running_replay, running_server, wait_until


@given(
    st.lists(st.floats(0, 1e6), unique=True).map(sorted),
    st.none() | st.floats(0, 1e6),
    st.integers(1, 30),
)
def test_of_too_many_rows_some_are_told_evenly_and_always_the_last(
    times: list[float], after: float | None, most: int
) -> None:
    """What is told are rows there are, in order, no more than asked for, none too early, and the newest among them."""
    values = [0.0] * len(SAMPLE_COLUMNS)
    told = series_of([(time, values) for time in times], after, most)["columns"]["time_s"]
    wanted = [time for time in times if after is None or time > after]
    assert len(told) <= most
    assert told == [time for time in wanted if time in set(told)]
    assert told[-1:] == wanted[-1:]
    if len(wanted) <= most:
        assert told == wanted
    places = [wanted.index(time) for time in told]
    assert len({later - earlier for earlier, later in pairwise(places)}) <= 1


def _series(server: Server, query: str = "") -> dict[str, list[float]]:
    answer: Json = server.get(f"/api/series{query}")
    assert answer["complete"] is True
    columns: dict[str, list[float]] = answer["columns"]
    return columns


@pytest.mark.slow
def test_a_late_comer_gets_the_whole_run() -> None:
    """Rows since the start, the last of them as things are now: the figures of the summary."""
    with running_server("demo", "--autostart", "--speed", "3600") as server, server.client() as client:
        wait_until(lambda: server.get("/api/summary")["simulated_hours"] > 6)
        client.ask("simulation.pause")
        columns, figures = _series(server), server.get("/api/summary")
        assert list(columns) == ["time_s", *SAMPLE_COLUMNS]
        begun_s, now_s = 8 * 3600, (8 + figures["simulated_hours"]) * 3600
        assert columns["time_s"][0] == begun_s + 900
        assert columns["time_s"][-1] == pytest.approx(now_s)
        assert all(0 < later - earlier <= 900 for earlier, later in pairwise(columns["time_s"]))
        for name in (
            "packages_created",
            "packages_delivered",
            "packages_due",
            "broker_balance",
            "broker_revenue",
            "expiry_fines",
        ):
            assert columns[name][-1] == figures[name]
        delivered = columns["packages_delivered"]
        assert delivered == sorted(delivered)
        assert 0 < delivered[len(delivered) // 2] < delivered[-1]
        middle = columns["time_s"][len(delivered) // 2]
        later = _series(server, f"?after_s={middle}")
        assert later["time_s"] == [time for time in columns["time_s"] if time > middle]
        assert len(_series(server, "?most=5")["time_s"]) == 5
        assert server.status("/api/series?most=0") == 422
        assert server.status("/api/series?after_s=nan") == 422


@pytest.mark.slow
def test_a_recording_has_its_series_up_to_the_time_that_is_shown(tmp_path: Path) -> None:
    """Of a jump to its end everything before, of one to its beginning nothing later; trucks are counted by what they do."""
    path = tmp_path / "run.rec"
    with running_server("demo", "--autostart", "--speed", "3600", "--record", str(path)) as server:
        wait_until(lambda: server.get("/api/summary")["simulated_hours"] > 20)
        server.stop()
    with running_replay(path, "--no-autostart") as playback, playback.client() as client:
        span = playback.get("/api/summary")["replay"]

        def rows() -> dict[str, list[float]]:
            wait_until(lambda: playback.get("/api/series")["complete"])
            return _series(playback)

        client.ask("replay.seek", time=span["end"])
        whole = rows()
        assert len(whole["time_s"]) >= 3
        assert whole["packages_delivered"] == sorted(whole["packages_delivered"])
        assert whole["packages_delivered"][-1] > 0
        trucks = [column for name, column in whole.items() if name.startswith("trucks_")]
        assert {sum(counts) for counts in zip(*trucks, strict=True)} == {24}
        middle = whole["time_s"][1]
        client.ask("replay.seek", time=middle)
        assert rows()["time_s"] == whole["time_s"][:2]


@pytest.mark.slow
def test_problems_come_and_go_with_what_is_missing() -> None:
    """A world without a broker says so until it has one."""
    with running_server("demo") as server, server.client() as client:
        assert server.get("/api/problems") == {"problems": []}
        broker = server.get("/api/state")["agents"]
        name = next(agent["id"] for agent in broker if agent["kind"] == "broker")
        client.ask("agent.delete", agent_id=name)
        assert [problem["code"] for problem in server.get("/api/problems")["problems"]] == ["no_broker"]
        client.ask("agent.create", agent_id=name, agent_kind="broker")
        assert server.get("/api/problems") == {"problems": []}

"""The profile of the 10 000-truck run: the ten functions that take most time themselves. ``python -m benchmarks.profile``."""

from __future__ import annotations

import cProfile
import pstats

from benchmarks.world import run


def main() -> None:
    """Run and print."""
    profile = cProfile.Profile()
    profile.enable()
    run(100, 10_000, 300, 50.0, 0.25, 0.25)
    profile.disable()
    stats = pstats.Stats(profile)
    total = stats.total_tt  # type: ignore[attr-defined]
    rows = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:10]  # type: ignore[attr-defined]
    print("| own time | calls | function |\n|---|---|---|")
    for (file, line, name), (_, calls, own, _, _) in rows:
        place = "/".join(file.split("/")[-2:]) if "/" in file else "built in"
        print(f"| {100.0 * own / total:.1f} % | {calls:,} | `{name}` {f'{place}:{line}' if line else place} |")


if __name__ == "__main__":
    main()

"""Figures of the world among the metrics of a server."""

from __future__ import annotations

from spine.catalogue.entry import COUNT, DOWN, METRICS, NEITHER, SHARE, TIME, UP, Entry

METRIC_FIGURES: tuple[Entry, ...] = (
    (
        "spine_simulated_seconds",
        "simulated time",
        "s",
        TIME,
        NEITHER,
        "Simulated time since the start of the run.",
        (METRICS,),
    ),
    ("spine_trucks", "trucks", "trucks", COUNT, NEITHER, "Trucks in the world.", (METRICS,)),
    (
        "spine_packages",
        "packages",
        "packages",
        COUNT,
        NEITHER,
        "Packages in the world, by state: waiting, awarded or aboard.",
        (METRICS,),
    ),
    (
        "spine_packages_finished",
        "packages finished",
        "packages",
        COUNT,
        NEITHER,
        "Packages that left the world, by outcome: delivered, expired or rejected.",
        (METRICS,),
    ),
    (
        "spine_packages_due",
        "packages due",
        "packages",
        COUNT,
        NEITHER,
        "Packages that should have been delivered by now, in this world.",
        (METRICS,),
    ),
    (
        "spine_packages_overdue",
        "overdue",
        "packages",
        COUNT,
        DOWN,
        "Packages open past their delivery deadline.",
        (METRICS,),
    ),
    (
        "spine_packages_on_time",
        "on time",
        "packages",
        COUNT,
        UP,
        "Packages delivered in time, in this world.",
        (METRICS,),
    ),
    (
        "spine_otif_ratio",
        "on time and in full (OTIF)",
        "",
        SHARE,
        UP,
        "Share of the packages due that came on time and in full; NaN while none was due.",
        (METRICS,),
    ),
)

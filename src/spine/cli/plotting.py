"""Drawing a map to a picture one would put into a report (extra `plot`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spine.errors import ConfigurationError
from spine.network import RoadClass, RoadNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAPER = "#fbfaf7"
_INK = "#2b2f33"
_ROADS: dict[RoadClass, tuple[str, float, str]] = {
    RoadClass.A: ("#c0392b", 2.6, "A  motorway"),
    RoadClass.S: ("#d9722e", 2.1, "S  expressway"),
    RoadClass.GP: ("#d9a22e", 1.6, "GP  main fast road"),
    RoadClass.G: ("#8d7b4f", 1.2, "G  main road"),
    RoadClass.Z: ("#7f8c8d", 0.85, "Z  collector"),
    RoadClass.L: ("#aab4b8", 0.55, "L  local"),
    RoadClass.D: ("#cbd2d4", 0.45, "D  access"),
}
_SYMBOLS = {
    "sites": ("s", "#2c5f8a", "site"),
    "parkings": ("o", "#3f8f5f", "truck parking"),
    "stations": ("^", "#7d3c98", "fuel station"),
}
_SCALES_M = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000)


def plot_map(
    network: RoadNetwork, output: Path, title: str, *, width_in: float = 11.0, dpi: int = 160, facilities: bool = True
) -> None:
    """Draw a map: roads by class in colour and width, facilities as symbols, scale bar, legend, attribution.

    Args:
        output: file to write, .png or .svg.
        width_in: width in inches; the height follows the extent of the map.
        dpi: dots per inch of a PNG.

    Raises:
        ConfigurationError: matplotlib is not installed, the map is empty, or the file cannot be written.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise ConfigurationError("drawing needs the extra 'plot': pip install 'spine[plot]'") from None
    mpl.use("Agg")
    from matplotlib.figure import Figure

    if network.node_count == 0:
        raise ConfigurationError("drawing: the map is empty")
    spans = [max(float(np.ptp(column)), 1.0) for column in (network.node_x, network.node_y)]
    height_in = min(max(0.825 * width_in * spans[1] / spans[0], 0.4 * width_in), 1.6 * width_in)
    figure = Figure(figsize=(width_in, height_in + 0.9), facecolor=_PAPER)
    axes = figure.add_axes((0.165, 0.04, 0.825, 0.9))
    axes.set_aspect("equal")
    axes.set_axis_off()
    _draw_roads(axes, network)
    if facilities:
        _draw_facilities(axes, network)
    margin = 0.02 * max(spans)
    axes.set_xlim(float(network.node_x.min()) - margin, float(network.node_x.max()) + margin)
    axes.set_ylim(float(network.node_y.min()) - margin, float(network.node_y.max()) + margin)
    _draw_scale(axes, spans[0])
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(0.013, 0.94), fontsize=8, frameon=False, labelcolor=_INK,
        labelspacing=0.75,
    )  # fmt: skip
    figure.text(0.02, 0.965, title, fontsize=15, color=_INK, weight="bold", va="center")
    kilometres = float(network.edge_length_m.sum()) / 1000.0
    subtitle = f"{network.node_count:,} nodes   {network.edge_count:,} edges   {kilometres:,.0f} km of edges"
    figure.text(0.98, 0.965, subtitle, fontsize=9, color="#6b7075", ha="right", va="center")
    if network.attribution:
        figure.text(0.98, 0.015, network.attribution, fontsize=7, color="#6b7075", ha="right")
    try:
        figure.savefig(output, dpi=dpi, facecolor=_PAPER)
    except OSError as error:
        raise ConfigurationError(f"{output}: cannot be written ({error.strerror})") from None


def _edge_lines(network: RoadNetwork, edges: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Return the polyline of each edge, shape points included."""
    points = np.column_stack([network.node_x, network.node_y])
    offsets = network.shape_offsets
    lines = []
    for edge in edges.tolist():
        inner = network.shape_xy[offsets[edge] : offsets[edge + 1]]
        lines.append(np.vstack([points[network.edge_from[edge]], inner, points[network.edge_to[edge]]]))
    return lines


def _draw_roads(axes: Axes, network: RoadNetwork) -> None:
    """Draw roads, lesser classes first; a two-way road is drawn once. Dense maps get thinner lines."""
    from matplotlib.collections import LineCollection

    thin = float(np.clip((6000.0 / max(network.edge_count, 1)) ** 0.25, 0.4, 1.25))
    tail, head = network.edge_from.astype(np.int64), network.edge_to.astype(np.int64)
    pair = np.minimum(tail, head) * network.node_count + np.maximum(tail, head)
    middle = np.round(network.edge_length_m, 1)
    for order, road_class in enumerate(reversed(RoadClass)):
        edges = np.flatnonzero(network.edge_class == int(road_class))
        if not len(edges):
            continue
        _, once = np.unique(np.column_stack([pair[edges], middle[edges]]), axis=0, return_index=True)
        color, width, _ = _ROADS[road_class]
        lines = _edge_lines(network, edges[np.sort(once)])
        if road_class <= RoadClass.GP:
            casing = LineCollection(
                lines, colors="white", linewidths=thin * width + 1.2, zorder=2 + order, capstyle="round"
            )
            axes.add_collection(casing)
        axes.add_collection(
            LineCollection(lines, colors=color, linewidths=thin * width, zorder=2.5 + order, capstyle="round")
        )
    for road_class in RoadClass:
        if (network.edge_class == int(road_class)).any():
            color, width, label = _ROADS[road_class]
            axes.plot([], [], color=color, linewidth=width + 0.6, label=label)


def _draw_facilities(axes: Axes, network: RoadNetwork) -> None:
    groups: dict[str, tuple[Any, ...]] = {
        "sites": network.sites,
        "parkings": network.parkings,
        "stations": network.stations,
    }
    total = sum(len(group) for group in groups.values())
    size = float(np.clip(3500.0 / max(total, 1), 9.0, 42.0))
    for name, group in groups.items():
        if not group:
            continue
        nodes = [network.node_index(item.node_id) for item in group]
        marker, color, label = _SYMBOLS[name]
        axes.scatter(
            network.node_x[nodes], network.node_y[nodes], s=size, marker=marker, c=color, edgecolors="white",
            linewidths=0.6, zorder=20, label=f"{label} ({len(group)})",
        )  # fmt: skip


def _draw_scale(axes: Axes, span_m: float) -> None:
    """Draw a scale bar of a round length, at most a quarter of the width."""
    length = max(value for value in _SCALES_M if value <= max(span_m / 4.0, _SCALES_M[0]))
    low, high = axes.get_xlim()
    bottom, top = axes.get_ylim()
    x0 = high - 0.03 * (high - low) - length
    y0 = bottom + 0.03 * (top - bottom)
    tick = 0.006 * (top - bottom)
    box = {"boxstyle": "round,pad=0.25", "facecolor": _PAPER, "edgecolor": "none", "alpha": 0.9}
    axes.plot([x0, x0, x0 + length, x0 + length], [y0 + tick, y0, y0, y0 + tick], color=_INK, linewidth=1.6, zorder=31)
    label = f"{length // 1000} km" if length >= 1000 else f"{length} m"
    axes.text(
        x0 + length / 2.0,
        y0 + 1.6 * tick,
        label,
        ha="center",
        va="bottom",
        fontsize=8.5,
        color=_INK,
        bbox=box,
        zorder=30,
    )

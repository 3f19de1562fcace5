"""Draws a map as a figure for a report (extra `plot`)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spine.errors import ConfigurationError
from spine.network import RoadClass, RoadNetwork

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PAPER = "#fdfcf9"
_INK = "#24292e"
_FAINT = "#6b7075"
_ROADS: dict[RoadClass, tuple[str, float, str]] = {
    RoadClass.A: ("#b5302a", 2.8, "A  motorway"),
    RoadClass.S: ("#d9722e", 2.2, "S  expressway"),
    RoadClass.GP: ("#dda62b", 1.7, "GP  main fast road"),
    RoadClass.G: ("#8a6f3c", 1.2, "G  main road"),
    RoadClass.Z: ("#5f6f78", 0.8, "Z  collector"),
    RoadClass.L: ("#93a1a8", 0.55, "L  local"),
    RoadClass.D: ("#b9a9bd", 0.5, "D  access"),
}
_SYMBOLS = {
    "sites": ("s", "#2c5f8a", "site"),
    "parkings": ("o", "#2f8f55", "truck parking"),
    "stations": ("^", "#7d3c98", "fuel station"),
}
_SCALES_M = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000)

# Layout, inches: a column for legend and scale beside the map, a header and a footer.
_COLUMN, _HEADER, _FOOTER, _EDGE = 1.85, 0.8, 0.35, 0.2
_LEAST_MAP_HEIGHT = 3.4

HIDEABLE = ("sites", "parkings", "stations", "local")
"""What may be left out of a drawing: facilities of a kind, and local and access roads."""


def plot_map(
    network: RoadNetwork,
    output: Path,
    title: str,
    *,
    width_in: float = 11.0,
    dpi: int = 160,
    hide: Collection[str] = (),
) -> None:
    """Draw a map: roads by class in colour and width, facilities as symbols, scale bar, legend, attribution.

    The same map gives the same file, byte for byte.

    Args:
        output: file to write, .png or .svg.
        width_in: width in inches; the height follows the extent of the map.
        dpi: dots per inch of a PNG.
        hide: what to leave out, of `HIDEABLE`.

    Raises:
        ConfigurationError: matplotlib is not installed, the map is empty, or the file cannot be written.
    """
    try:
        import matplotlib as mpl
    except ImportError:
        raise ConfigurationError("drawing needs the extra 'plot': pip install 'spine-sim[plot]'") from None
    from matplotlib.figure import Figure

    if network.node_count == 0:
        raise ConfigurationError("drawing: the map is empty")
    left, right, bottom, top = _extent(network)
    map_width = width_in - _COLUMN - _EDGE
    map_height = min(max(map_width * (top - bottom) / (right - left), _LEAST_MAP_HEIGHT), 2.0 * width_in)
    height_in = map_height + _HEADER + _FOOTER
    figure = Figure(figsize=(width_in, height_in), facecolor=_PAPER)
    axes = figure.add_axes(
        (_COLUMN / width_in, _FOOTER / height_in, map_width / width_in, map_height / height_in), anchor="N"
    )
    axes.set_aspect("equal")
    axes.set_axis_off()
    _draw_roads(axes, network, local="local" not in hide)
    _draw_facilities(axes, network, hide)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    axes.apply_aspect()
    _draw_scale(figure, axes)
    _draw_words(figure, axes, network, title)
    try:
        with mpl.rc_context({"svg.hashsalt": "spine"}):
            metadata = {"Date": None} if output.suffix.lower() == ".svg" else {}
            figure.savefig(output, dpi=dpi, facecolor=_PAPER, metadata=metadata)
    except OSError as error:
        raise ConfigurationError(f"{output}: cannot be written ({error.strerror})") from None


def _extent(network: RoadNetwork) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top of what is drawn, with a margin, metres."""
    x = np.concatenate([network.node_x, network.shape_xy[:, 0]])
    y = np.concatenate([network.node_y, network.shape_xy[:, 1]])
    margin = 0.015 * max(float(np.ptp(x)), float(np.ptp(y)), 100.0)
    return float(x.min()) - margin, float(x.max()) + margin, float(y.min()) - margin, float(y.max()) + margin


def _draw_words(figure: Figure, axes: Axes, network: RoadNetwork, title: str) -> None:
    """Write title, figures, legend and attribution."""
    width, height = figure.get_size_inches().tolist()
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(_EDGE / width, 1.0 - _HEADER / height), fontsize=8.5,
        frameon=False, labelcolor=_INK, labelspacing=0.7, borderpad=0.0, borderaxespad=0.0, handlelength=2.2,
    )  # fmt: skip
    figure.text(_EDGE / width, 1.0 - 0.3 / height, title, fontsize=16, color=_INK, weight="bold", va="center")
    extent = " x ".join(f"{float(np.ptp(column)) / 1000.0:,.1f}" for column in (network.node_x, network.node_y))
    kilometres = float(network.edge_length_m.sum()) / 1000.0
    figures = (
        f"{extent} km     {network.node_count:,} nodes     {network.edge_count:,} directed edges, {kilometres:,.0f} km"
    )
    figure.text(_EDGE / width, 1.0 - 0.58 / height, figures, fontsize=9, color=_FAINT, va="center")
    if network.attribution:
        figure.text(
            1.0 - _EDGE / width, 0.13 / height, network.attribution, fontsize=7, color=_FAINT, ha="right", va="center"
        )


def _edge_lines(network: RoadNetwork, edges: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    """Return the polyline of each edge, shape points included."""
    points = np.column_stack([network.node_x, network.node_y])
    offsets = network.shape_offsets
    lines = []
    for edge in edges.tolist():
        inner = network.shape_xy[offsets[edge] : offsets[edge + 1]]
        lines.append(np.vstack([points[network.edge_from[edge]], inner, points[network.edge_to[edge]]]))
    return lines


def _draw_roads(axes: Axes, network: RoadNetwork, *, local: bool) -> None:
    """Draw roads, lesser classes first; a two-way road is drawn once. Dense maps get thinner lines."""
    from matplotlib.collections import LineCollection

    thin = float(np.clip((6000.0 / max(network.edge_count, 1)) ** 0.25, 0.4, 1.25))
    tail, head = network.edge_from.astype(np.int64), network.edge_to.astype(np.int64)
    pair = np.minimum(tail, head) * network.node_count + np.maximum(tail, head)
    middle = np.round(network.edge_length_m, 1)
    shown = [road_class for road_class in RoadClass if local or road_class < RoadClass.L]
    for order, road_class in enumerate(reversed(shown)):
        edges = np.flatnonzero(network.edge_class == int(road_class))
        if not len(edges):
            continue
        _, once, ways = np.unique(
            np.column_stack([pair[edges], middle[edges]]), axis=0, return_index=True, return_counts=True
        )
        color, width, _ = _ROADS[road_class]
        drawn = edges[once]
        lines = _edge_lines(network, drawn)
        # Ramps of motorways and expressways (one lane, one way) would bury their junctions at full width.
        ramps = (network.edge_lanes[drawn] == 1) & (ways == 1) & (road_class <= RoadClass.S)
        widths = thin * width * np.where(ramps, 0.45, 1.0)
        if road_class <= RoadClass.GP:
            casing = LineCollection(lines, colors=_PAPER, linewidths=widths + 1.2, zorder=2 + order, capstyle="butt")
            axes.add_collection(casing)
        axes.add_collection(
            LineCollection(lines, colors=color, linewidths=widths, zorder=2.5 + order, capstyle="round")
        )
    for road_class in shown:
        if (network.edge_class == int(road_class)).any():
            color, width, label = _ROADS[road_class]
            axes.plot([], [], color=color, linewidth=width + 0.6, label=label)


def _draw_facilities(axes: Axes, network: RoadNetwork, hide: Collection[str]) -> None:
    groups: dict[str, tuple[Any, ...]] = {
        "sites": network.sites,
        "parkings": network.parkings,
        "stations": network.stations,
    }
    total = sum(len(group) for group in groups.values())
    size = float(np.clip(4500.0 / max(total, 1), 12.0, 42.0))
    for name, group in groups.items():
        if not group or name in hide:
            continue
        nodes = [network.node_index(item.node_id) for item in group]
        marker, color, label = _SYMBOLS[name]
        axes.scatter(
            network.node_x[nodes], network.node_y[nodes], s=size, marker=marker, c=color, edgecolors="white",
            linewidths=0.6, zorder=20, label=f"{label} ({len(group):,})",
        )  # fmt: skip


def _draw_scale(figure: Figure, axes: Axes) -> None:
    """Draw a scale bar of a round length at the foot of the legend column, where no road runs."""
    from matplotlib.lines import Line2D

    width, height = figure.get_size_inches().tolist()
    low, high = axes.get_xlim()
    inches_per_m = axes.get_position().width * width / (high - low)
    longest = _COLUMN - 2.0 * _EDGE
    length_m = max((value for value in _SCALES_M if value * inches_per_m <= longest), default=_SCALES_M[0])
    ends = np.array([0.0, 0.0, length_m * inches_per_m, length_m * inches_per_m]) + _EDGE
    rises = np.array([0.07, 0.0, 0.0, 0.07]) + _FOOTER
    figure.add_artist(Line2D(ends / width, rises / height, color=_INK, linewidth=1.6))
    label = f"{length_m // 1000} km" if length_m >= 1000 else f"{length_m} m"
    figure.text(
        float(ends.mean()) / width, (_FOOTER + 0.1) / height, label, ha="center", va="bottom", fontsize=9, color=_INK
    )

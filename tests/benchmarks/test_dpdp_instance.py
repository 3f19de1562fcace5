"""Instances of the pickup and delivery benchmark: what is read, and how what is wrong is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from benchmarks.dpdp.instance import Drive, load_instance, starting_places
from benchmarks.dpdp.tables import DataError
from benchmarks.dpdp.visit_log import read_visits

from support.dpdp import write_instance, write_table


def test_an_order_is_cut_into_pieces(tmp_path: Path) -> None:
    """Standard pallets come first, then halves, then boxes, each with its size and handling time."""
    order = load_instance(write_instance(tmp_path), "01").orders["X"]
    assert [(piece.id, piece.order, piece.size, piece.handling_s) for piece in order.pieces] == [
        ("X-1", "X", 1.0, 240),
        ("X-2", "X", 0.5, 120),
        ("X-3", "X", 0.25, 60),
    ]
    assert (order.demand, order.pickup, order.delivery) == (1.75, "A", "B")


def test_due_times_run_past_midnight(tmp_path: Path) -> None:
    """A due time with a smaller clock time than the creation is on the next day."""
    orders = load_instance(write_instance(tmp_path), "01").orders
    assert {name: (order.created_s, order.due_s) for name, order in orders.items()} == {
        "X": (228, 14_628),
        "Y": (71_999, 86_399),
        "Z": (72_000, 86_400),
    }


def test_an_order_may_be_due_at_once(tmp_path: Path) -> None:
    """The same clock time is the same moment, not the next day."""
    path = write_instance(tmp_path) / "instances" / "01" / "orders.csv"
    path.write_text(path.read_text("utf-8").replace("23:59:59", "19:59:59"), "utf-8")
    order = load_instance(tmp_path, "01").orders["Y"]
    assert (order.created_s, order.due_s) == (71_999, 71_999)


def test_only_what_is_larger_than_a_vehicle_may_be_split(tmp_path: Path) -> None:
    """Sixteen pallets are, less than two are not."""
    instance = load_instance(write_instance(tmp_path), "01")
    assert [instance.may_split(order) for order in instance.orders.values()] == [False, False, True]


def test_drives_come_from_the_table(tmp_path: Path) -> None:
    """To where a vehicle already is the way is nothing."""
    instance = load_instance(write_instance(tmp_path), "01")
    assert instance.drive("A", "C") == Drive(10.5, 1260)
    assert instance.drive("A", "A") == Drive(0.0, 0)
    assert {factory.id: factory.docks for factory in instance.factories.values()} == {"A": 2, "B": 1, "C": 1}


def test_a_smaller_fleet_stands_where_the_first_of_a_larger_one_do() -> None:
    """The draw is the same sequence for every fleet."""
    assert starting_places(5, 154) == starting_places(100, 154)[:5] == [98, 107, 10, 66, 130]


def test_orders_may_be_gzipped(tmp_path: Path) -> None:
    """The same instance comes from the packed file; both files at once are refused."""
    plain = write_instance(tmp_path) / "instances" / "01" / "orders.csv"
    orders = load_instance(tmp_path, "01").orders
    packed = plain.with_name("orders.csv.gz")
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    with pytest.raises(DataError, match=r"both orders.csv and orders.csv.gz"):
        load_instance(tmp_path, "01")
    plain.unlink()
    assert load_instance(tmp_path, "01").orders == orders
    packed.write_bytes(packed.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"orders.csv.gz cannot be read"):
        load_instance(tmp_path, "01")
    packed.unlink()
    with pytest.raises(DataError, match=r"neither orders.csv nor orders.csv.gz"):
        load_instance(tmp_path, "01")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("orders.csv", "00:03:48", "24:03:48", "orders.csv, row 2, column creation_time: '24:03:48' is no time of day"),
        ("orders.csv", "00:03:48", "0:03:48", "row 2, column creation_time: '0:03:48' is no time of day"),
        (
            "orders.csv",
            "X,1,1,1,1.75",
            "X,1,1,1,1.5",
            "row 2, column demand: '1.5' does not fit the pieces; right is 1.75",
        ),
        ("orders.csv", "420,420", "420,421", "row 2, column unload_time: '421' does not fit the pieces; right is 420"),
        ("orders.csv", "X,1,1,1", "X,1,-1,1", "row 2, column q_small: '-1' is no whole number"),
        ("orders.csv", "X,1,1,1,1.75", "X,0,0,0,0", "row 2, column q_standard: '0' pallets, and no other piece"),
        ("orders.csv", "X,1,1,1,1.75", "X,1,1,1,nan", "row 2, column demand: 'nan' is not finite"),
        ("orders.csv", "60,60,B,C", "60,60,B,D", "row 3, column delivery_id: 'D' is no factory"),
        ("orders.csv", "60,60,B,C", "60,60,B,B", "row 3, column delivery_id: 'B' is where the order comes from"),
        ("orders.csv", "60,60,B,C", "60,60,B", "row 3: 10 fields where the header has 11"),
        ("orders.csv", "Y,", "X,", "row 3, column order_id: 'X' is there twice"),
        ("orders.csv", "Y,", "X Y,", "row 3, column order_id: 'X Y' has a space"),
        ("orders.csv", "Y,", "X-1,", "'X-1' is an order, and a piece of order X"),
        ("orders.csv", "demand", "weight", "row 1: unknown column 'weight'; known are order_id"),
        ("orders.csv", ",demand", "", "row 1: column demand is missing"),
        ("orders.csv", "q_box", "demand", "row 1: column 'demand' is there twice"),
        ("vehicles.csv", "V_2,15", "V_2,14", "vehicles.csv, row 3, column capacity: '14' differs from the 15"),
        ("vehicles.csv", "V_2,15", "V_2,many", "row 3, column capacity: 'many' is no number"),
        ("vehicles.csv", "V_2", "", "row 3, column car_num: '' is empty"),
        ("factory_info.csv", "B,116.5,40,1", "B,116.5,40,0", "factory_info.csv, row 3, column port_num: '0' docks"),
        ("route_info.csv", "AB,A,B,10.5,1260", "AB,A,B,10.5,12.5", "route_info.csv, row 2, column time: '12.5'"),
        (
            "route_info.csv",
            "AB,A,B,10.5,1260",
            "AB,A,B,-1,1260",
            "row 2, column distance: '-1' is no finite number of 0",
        ),
        (
            "route_info.csv",
            "AC,A,C",
            "AC,A,B",
            "row 3, column end_factory_id: 'B' is reached from 'A' by an earlier row",
        ),
        ("route_info.csv", "AC,A,C", "AC,A,A", "row 3, column end_factory_id: 'A' is where the route starts"),
        ("route_info.csv", "AC,A,C,10.5,1260\r\n", "", "holds no route from 'A' to 'C'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, file: str, old: str, new: str, words: str) -> None:
    """A message names file, row and column, and the value."""
    data = write_instance(tmp_path)
    (path,) = data.rglob(file)
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode())
    with pytest.raises(DataError) as caught:
        load_instance(data, "01")
    assert words in str(caught.value)
    assert file in str(caught.value) or "instance 01" in str(caught.value)


@pytest.mark.parametrize("file", ["orders.csv", "vehicles.csv", "factory_info.csv"])
def test_an_empty_file_is_refused(tmp_path: Path, file: str) -> None:
    """With a header alone, and without one."""
    data = write_instance(tmp_path)
    (path,) = data.rglob(file)
    path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    with pytest.raises(DataError, match=file):
        load_instance(data, "01")
    path.write_text("", "utf-8")
    with pytest.raises(DataError, match=f"{file}, row 1: the names of the columns are missing"):
        load_instance(data, "01")


def test_an_instance_that_is_not_there_is_named(tmp_path: Path) -> None:
    """As it was asked for."""
    with pytest.raises(DataError, match="there is no instance '99'"):
        load_instance(write_instance(tmp_path), "99")


def test_a_log_is_read(tmp_path: Path) -> None:
    """An order stands for its pieces, loaded from the first to the last and unloaded from the last to the first."""
    instance = load_instance(write_instance(tmp_path), "01")
    rows = [
        ("vehicle", "factory", "arrive_s", "leave_s", "picked", "delivered"),
        ("V_2", "A", 600, 2820, "X", ""),
        ("V_2", "B", 4080, 6300, "", "X-3 X-2 X-1"),
        ("V_1", "A", 600, 2820, "", "X Z-16"),
    ]
    visits = read_visits(write_table(tmp_path / "log.csv", rows), instance)
    assert list(visits) == ["V_1", "V_2"]
    assert [(visit.number, visit.factory, visit.arrive_s, visit.leave_s) for visit in visits["V_2"]] == [
        (1, "A", 600, 2820),
        (2, "B", 4080, 6300),
    ]
    assert [piece.id for piece in visits["V_2"][0].picked] == ["X-1", "X-2", "X-3"]
    assert [piece.id for piece in visits["V_1"][0].delivered] == ["X-3", "X-2", "X-1", "Z-16"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("V_3", "A", 600, 2820, "", ""), "log.csv, row 2, column vehicle: 'V_3' is not in the fleet of instance 01"),
        (("V_1", "D", 600, 2820, "", ""), "row 2, column factory: 'D' is no factory"),
        (("V_1", "A", 600.0, 2820, "", ""), "row 2, column arrive_s: '600.0' is no whole number"),
        (("V_1", "A", 600, "", "", ""), "row 2, column leave_s: '' is empty"),
        (
            ("V_1", "A", 600, 2820, "X-4", ""),
            "row 2, column picked: 'X-4' names 'X-4', which is neither an order nor a piece",
        ),
        (("V_1", "A", 600, 2820, "", "X;Y"), "row 2, column delivered: 'X;Y' names 'X;Y'"),
    ],
)
def test_what_is_wrong_in_a_log_is_named(tmp_path: Path, row: tuple[object, ...], words: str) -> None:
    """By file, row and column."""
    instance = load_instance(write_instance(tmp_path), "01")
    path = write_table(
        tmp_path / "log.csv", [("vehicle", "factory", "arrive_s", "leave_s", "picked", "delivered"), row]
    )
    with pytest.raises(DataError) as caught:
        read_visits(path, instance)
    assert words in str(caught.value)

import pytest

from bench.imports import own_times
from bench.latency import batches, percentile
from bench.mail import honest
from bench.prices import MILLION, Usage, duration, gigabyte_seconds
from bench.units import Index, index_units, read_units, size, write_units
from switchboard.channels.email.parse import parse_mail
from switchboard.message import Message

LANES = Index(key=("queue", "since"), projected=("id", "queue", "since"))


def item(bytes_of_text: int = 1, **more: str) -> dict[str, dict[str, str]]:
    return {"id": {"S": "x" * (bytes_of_text - 2)}, **{name: {"S": text} for name, text in more.items()}}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert size({"name": {"S": "Zoë"}}) == 4 + 4
    assert size({"n": {"N": "-12.50"}}) == 1 + 3
    assert size({"b": {"BOOL": True}, "z": {"NULL": True}}) == 4
    assert size({"s": {"SS": ["ab", "c"]}}) == 1 + 3
    assert size({"l": {"L": [{"S": "ab"}]}}) == 1 + 3 + 1 + 2
    assert size({"m": {"M": {"k": {"S": "ab"}}}}) == 1 + 3 + 1 + 1 + 2


def test_a_read_costs_a_unit_per_four_kilobytes_and_half_if_it_may_be_stale() -> None:
    assert read_units(0, consistent=True) == 1
    assert read_units(4096, consistent=True) == 1
    assert read_units(4097, consistent=True) == 2
    assert read_units(4097, consistent=False) == 1


def test_a_write_costs_a_unit_per_kilobyte_of_the_larger_image_and_twice_in_a_transaction() -> None:
    assert write_units(None, item(1024)) == 1
    assert write_units(None, item(1025)) == 2
    assert write_units(item(1025), item(10)) == 2
    assert write_units(item(1025), None, transactional=True) == 4


def test_a_sparse_index_costs_nothing_for_an_item_that_is_not_in_it() -> None:
    assert index_units(None, item(queue="a"), [LANES]) == 0


def test_an_index_costs_a_unit_when_an_entry_comes_or_goes_and_two_when_its_key_changes() -> None:
    before, after = item(queue="a", since="1"), item(queue="a", since="2")
    assert index_units(None, before, [LANES]) == 1
    assert index_units(before, item(queue="a"), [LANES]) == 1
    assert index_units(before, after, [LANES]) == 2
    assert index_units(before, after, [LANES], transactional=True) == 4


def test_an_index_costs_nothing_when_only_what_it_does_not_carry_changes() -> None:
    assert index_units(item(queue="a", since="1", text="x"), item(queue="a", since="1", text="y"), [LANES]) == 0


def test_usage_adds_up_and_is_priced_by_service() -> None:
    used = (Usage(write_units=1, bus_events=1) + Usage(write_units=1, http_requests=1)).times(MILLION)
    dollars = used.dollars()
    assert dollars.tables == pytest.approx(1.25)
    assert dollars.bus == pytest.approx(1.00)
    assert dollars.http == pytest.approx(1.00)
    assert dollars.without_http == pytest.approx(2.25)


def test_a_function_computes_on_its_share_of_a_cpu_and_waits_at_full_speed() -> None:
    assert duration(cpu=0.010, waits=0.020, memory=1769) == pytest.approx(0.030)
    assert duration(cpu=0.010, waits=0.020, memory=884) == pytest.approx(0.040, abs=1e-4)
    assert duration(cpu=0.010, waits=0.0, memory=3538) == pytest.approx(0.010)


def test_a_started_millisecond_is_billed_whole() -> None:
    assert gigabyte_seconds(0.0101, 1024) == pytest.approx(0.011)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.99) == 4.0


def test_batches_are_counted_from_the_routers_log() -> None:
    line = '{"message":"routed","function_request_id":"%s","task":"%s","outcome":"assigned"}'
    log = [line % ("a", "message.received")] * 2 + [line % ("b", "message.received"), line % ("b", "sweep.due")]
    assert batches("\n".join(log)) == {1: 1, 2: 1}


def test_import_times_are_read_from_the_interpreters_trace() -> None:
    traced = "import time: self [us] | cumulative | imported package\nimport time:      1500 |       2500 |   os.path"
    assert own_times(traced) == {"os.path": 1.5}


@pytest.mark.parametrize("wanted", [10_000, 1_000_000])
def test_a_mail_of_the_benchmark_is_as_large_as_asked_and_has_a_text_a_quote_and_a_file(wanted: int) -> None:
    raw = honest(wanted)
    [event] = parse_mail(raw)
    assert len(raw) == pytest.approx(wanted, rel=0.05)
    assert isinstance(event, Message)
    assert event.text
    assert event.quoted
    assert event.html
    assert [file.content_type for file in event.attachments] == ["image/jpeg"]

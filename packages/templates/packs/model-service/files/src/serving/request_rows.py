"""Validates requests by the model's own columns, and says which field is wrong."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from operator import itemgetter
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic_core import from_json, to_json
from typing_extensions import TypedDict

from src.data_schema import LARGEST_INTEGER, Feature, Value

SHOWN_FAULTS = 20
# So many are validated in half a millisecond.
ROWS_AT_ONCE = 256
# A longer row is not validated before its unknown fields are cut to a few: pydantic makes a fault of each.
SHORT_BYTES = 65_536

Fault = dict[str, Any]


class BadRequest(Exception):
    """The body is not what the model takes; one fault for each field."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("bad request")
        self.faults = faults


def field_type(feature: Feature) -> Any:
    """The type of one field; the field itself may never be left out, a missing value is null."""
    return value_type(feature) | None if feature.nullable else value_type(feature)


def value_type(feature: Feature) -> Any:
    """The type of a field's value: strict, so that no text passes for a number."""
    if feature.type == "string":
        return Annotated[Literal[feature.values], Field(examples=[feature.example])]
    low, high = feature.minimum, feature.maximum
    if feature.type == "integer":
        low = -LARGEST_INTEGER if low is None else low
        high = LARGEST_INTEGER if high is None else high
        return Annotated[int, Field(strict=True, ge=low, le=high, examples=[feature.example])]
    return Annotated[float, Field(strict=True, allow_inf_nan=False, ge=low, le=high, examples=[feature.example])]


class RequestRows:
    """Reads the body of a request: one row, or a list of rows."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._names = [feature.name for feature in features]
        self._known = frozenset(self._names)
        self._columns = [itemgetter(name) for name in self._names]
        # A typed dictionary, not a class: a column may have any name, "class" or "Sepal length (cm)" too.
        row = TypedDict("Row", {feature.name: field_type(feature) for feature in features})  # type: ignore[misc]
        row = with_config(ConfigDict(extra="forbid"))(row)
        self._row = TypeAdapter(row)
        self._rows = TypeAdapter(Annotated[list[row], Field(min_length=1)])  # type: ignore[valid-type]

    async def parse(self, body: bytes) -> tuple[list[list[Value]], bool]:
        """The rows in the model's order, and whether a list was given; BadRequest names what is wrong."""
        is_list = body.lstrip(b" \t\r\n").startswith(b"[")
        if not is_list and len(body) <= SHORT_BYTES:
            with suppress(ValidationError):
                row = self._row.validate_json(body)
                return [[row[name] for name in self._names]], False
        given = read_json(body)
        return await self._read(given if is_list else [given], is_list), is_list

    async def _read(self, given: list[Any], is_list: bool) -> list[list[Value]]:
        """The rows, part by part: other requests get their turn, and what follows enough faults is not looked at."""
        if not given:
            raise BadRequest(faults_in(self._rows, given, ["body"]))
        rows: list[list[Value]] = []
        faults: list[Fault] = []
        for start in range(0, len(given), ROWS_AT_ONCE):
            if start:
                await asyncio.sleep(0)
            part = given[start : start + ROWS_AT_ONCE]
            try:
                rows += self._in_order(self._rows.validate_python(part))
            except ValidationError:
                faults += islice(self._explain(part, start, is_list), SHOWN_FAULTS - len(faults))
                # Never seen: a row that only pydantic's form for Python refuses. It must not be left out in silence.
                if not faults:
                    raise
            if len(faults) == SHOWN_FAULTS:
                break
        if faults:
            raise BadRequest(faults)
        return rows

    def _in_order(self, rows: list[dict[str, Value]]) -> list[list[Value]]:
        return [list(values) for values in zip(*(map(column, rows) for column in self._columns), strict=True)]

    def _explain(self, part: list[Any], start: int, is_list: bool) -> Iterator[Fault]:
        """The faults of a part, row by row."""
        for index, row in enumerate(part, start):
            yield from faults_in(self._row, self._shortened(row), place_of(index, is_list))

    def _shortened(self, row: Any) -> Any:
        """The row with so many of its unknown fields as can be shown."""
        if not isinstance(row, dict):
            return row
        unknown = islice((name for name in row if name not in self._known), SHOWN_FAULTS)
        kept = self._known.union(unknown)
        return {name: value for name, value in row.items() if name in kept}

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the body, for the API's own documentation."""
        return {"anyOf": [self._row.json_schema(), self._rows.json_schema()]}


def place_of(number: int, is_list: bool) -> list[Any]:
    """Where in a request the row is."""
    return ["body", number] if is_list else ["body"]


def faults_without_score(numbers: Sequence[int], is_list: bool) -> list[Fault]:
    """The faults of rows that are valid, and for which the model has no finite score."""
    return [
        {
            "loc": place_of(number, is_list),
            "msg": "The model has no finite score for this row",
            "type": "score_not_finite",
        }
        for number in numbers[:SHOWN_FAULTS]
    ]


def read_json(body: bytes) -> Any:
    """The value in the body; BadRequest if it is no JSON."""
    try:
        # In older pydantic the cache takes longer than what it saves.
        return from_json(body, cache_strings="none")
    except ValueError as error:
        raise BadRequest([{"loc": ["body"], "msg": f"Invalid JSON: {error}", "type": "json_invalid"}]) from None


def faults_in(adapter: TypeAdapter[Any], given: Any, place: list[Any]) -> list[Fault]:
    """What is wrong with the value, in the words for JSON: pydantic has others for what is in Python already."""
    try:
        adapter.validate_json(to_json(given))
    except ValidationError as error:
        return [_fault(place, entry) for entry in error.errors(include_url=False, include_input=False)]
    return []


def _fault(place: list[Any], entry: Any) -> Fault:
    """The error without the given value, which may be personal, and need not be JSON."""
    return {"loc": [*place, *entry["loc"]], "msg": entry["msg"], "type": entry["type"]}

"""Validates requests by the model's own columns, and says which field is wrong."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from typing_extensions import TypedDict

from src.data_schema import Feature, Value

# Beyond this a float no longer tells two integers apart.
LARGEST_INTEGER = 2**53
SHOWN_FAULTS = 20

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
        # A typed dictionary, not a class: a column may have any name, "class" or "Sepal length (cm)" too.
        row = TypedDict("Row", {feature.name: field_type(feature) for feature in features})  # type: ignore[misc]
        row = with_config(ConfigDict(extra="forbid"))(row)
        self._row = TypeAdapter(row)
        self._rows = TypeAdapter(Annotated[list[row], Field(min_length=1)])  # type: ignore[valid-type]

    def parse(self, body: bytes) -> tuple[list[list[Value]], bool]:
        """The rows in the model's order, and whether a list was given; BadRequest names what is wrong."""
        is_list = body.lstrip(b" \t\r\n").startswith(b"[")
        try:
            given = self._rows.validate_json(body) if is_list else [self._row.validate_json(body)]
        except ValidationError as error:
            raise BadRequest([_fault(entry) for entry in error.errors(include_url=False)[:SHOWN_FAULTS]]) from None
        return [[row[name] for name in self._names] for row in given], is_list

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the body, for the API's own documentation."""
        return {"anyOf": [self._row.json_schema(), self._rows.json_schema()]}


def _fault(entry: Any) -> Fault:
    """The error without the given value, which may be personal, and need not be JSON."""
    return {"loc": ["body", *entry["loc"]], "msg": entry["msg"], "type": entry["type"]}

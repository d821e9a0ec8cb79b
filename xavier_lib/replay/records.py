"""The record of one run in a file of results: what it holds, and what is damaged or senseless."""

from collections.abc import Mapping
from typing import Any

from xavier_lib.arguments import finite
from xavier_lib.replay.experiment import Run
from xavier_lib.wording import shown

NAMES = ("experiment", "parameters", "seed", "result", "seconds", "made")
SHARES = ("error", "errors", "accuracy", "accuracies", "shares")  # what bears such a name lies between 0 and 1


def damage(key: str, record: Any, made: Mapping[str, Any]) -> str:
    """Say what is wrong with the record under a key, or return no text if it is sound."""
    try:
        check_record(key, record, made)
    except (TypeError, ValueError) as error:
        return str(error)
    return ""


def check_record(key: str, record: Any, made: Mapping[str, Any]) -> None:
    """Refuse a record that is damaged or senseless.

    Raises:
        TypeError: if it, or something in it, is of another kind.
        ValueError: if it belongs under another key, was made nowhere, or its result is senseless.
    """
    if not isinstance(record, Mapping) or not set(NAMES) <= record.keys():
        raise TypeError(f"a run must have {', '.join(NAMES)}, got {shown(record)}")
    if not isinstance(record["parameters"], Mapping):
        raise TypeError(f"parameters must be values under names, got {shown(record['parameters'])}")
    run = Run.of(record["experiment"], record["seed"], **record["parameters"])
    if run.key != key:
        raise ValueError(f"its parameters and seed are those of {run.key}")
    if not isinstance(record["made"], str) or record["made"] not in made:
        raise ValueError(f"made must be the name of an origin in the file, got {shown(record['made'])}")
    if finite("seconds", record["seconds"]) < 0:
        raise ValueError(f"seconds must be at least 0, got {shown(record['seconds'])}")
    check_result(record["result"])


def check_result(result: Any) -> None:
    """Refuse what no run gives: a result is finite numbers, truth values and None under names, in lists if need be.

    Raises:
        TypeError: if it is no mapping, or holds a text or something of another kind.
        ValueError: if it, or a list or mapping in it, is empty, a number is not finite, or a share not within 0 and 1.

    >>> check_result({"errors": {"tanh": [0.5, 1.5]}})
    Traceback (most recent call last):
        ...
    ValueError: result.errors.tanh must lie between 0 and 1, got 1.5
    """
    if not isinstance(result, Mapping):
        raise TypeError(f"result must be numbers under names, got {shown(result)}")
    left: list[tuple[str, Any, bool]] = [("result", result, False)]
    while left:
        name, value, share = left.pop()
        if isinstance(value, (Mapping, list)):
            if not value:
                raise ValueError(f"{name} must not be empty, got {value}")
            named = value.items() if isinstance(value, Mapping) else ((None, inner) for inner in value)
            left += [(f"{name}.{word}" if word else name, inner, share or word in SHARES) for word, inner in named]
        elif value is not None and (share or not isinstance(value, bool)):
            number = finite(name, value)
            if share and not 0 <= number <= 1:
                raise ValueError(f"{name} must lie between 0 and 1, got {shown(value)}")

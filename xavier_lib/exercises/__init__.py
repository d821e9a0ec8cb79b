"""Exercises that name the slip: ``check("glorot-limit", my_function)``, ``catalog()``, and questions to answer."""

from xavier_lib.exercises.climbing import hint
from xavier_lib.exercises.prediction import predict
from xavier_lib.exercises.quiz import self_test
from xavier_lib.exercises.session import catalog, check
from xavier_lib.exercises.variants import variant
from xavier_lib.exercises.verdict import Verdict

__all__ = ["Verdict", "catalog", "check", "hint", "predict", "self_test", "variant"]

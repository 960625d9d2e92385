"""Optimised backward programs: the forms that experts write by hand, found from the forward text and proved."""

from symgrad.optimise.candidate import price_of
from symgrad.optimise.optimiser import Optimised, optimise
from symgrad.optimise.steps import Step

__all__ = ["Optimised", "Step", "optimise", "price_of"]

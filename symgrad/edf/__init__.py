"""EDF, an educational framework: objects with a value and a gradient, computed by components and trained.

A component is a program in the loop language; its backward pass is derived from it. See docs/edf.md.

    >>> from symgrad import edf
    >>> affine, squared_error = edf.component("affine"), edf.component("squared_error")
    >>> x, target = edf.Input("x"), edf.Input("target")
    >>> model = edf.Model(squared_error(affine(affine.params(I=2, J=1), x), target))
    >>> x.value, target.value = [[1.0, 2.0], [3.0, 4.0]], [[0.0], [1.0]]
    >>> for step in range(200):
    ...     model.forward()
    ...     model.backward()
    ...     model.update(rate=0.1)
    >>> model.loss < 1e-3
    True
"""

from symgrad.edf.component import Component
from symgrad.edf.library import component, component_names
from symgrad.edf.model import Model
from symgrad.edf.nodes import Node
from symgrad.edf.optimisers import Adam, Momentum
from symgrad.edf.values import Constant, Input, Param, Value, Values

__all__ = [
    "Adam",
    "Component",
    "Constant",
    "Input",
    "Model",
    "Momentum",
    "Node",
    "Param",
    "Value",
    "Values",
    "component",
    "component_names",
]

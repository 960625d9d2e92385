"""From the values of adjoints to a program: sums become temporaries, values become expressions, lines get an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from symgrad.algebra.terms import Kind, OutOfReachError, Poly
from symgrad.calculus.adjoints import derived
from symgrad.language.build import add, neg, number
from symgrad.language.dependence import node_reads, node_writes
from symgrad.language.program import Axis, Index, Loop, Node, Program, Ref, Role, Tensor
from symgrad.optimise.factoring import Factoring
from symgrad.optimise.letters import Letters
from symgrad.optimise.lines import Line, Lines
from symgrad.optimise.looks import Looks
from symgrad.optimise.model import Model, Value
from symgrad.optimise.regions import names_in
from symgrad.optimise.safety import Safety
from symgrad.optimise.schedule import Schedule, Step
from symgrad.optimise.weights import UNSAFE
from symgrad.optimise.writing import shown


class Emitter:
    """Makes programs of values, for one model."""

    def __init__(self, model: Model, safety: Safety) -> None:
        self.model, self.safety = model, safety
        self.letters = Letters(model.ring, model.whole, model.run.translator, model.parts)
        self.looks = Looks(self.letters)
        self.losses = 0  # differences that may lose digits, in the last program
        self._factorings: dict[tuple[tuple[int, str], ...], Factoring] = {}

    def lines(self, values: Sequence[Value]) -> list[Line]:
        """The lines that compute the values, in no order."""
        names = self.letters.temporaries()
        model = self.model
        self.losses = 0
        given = {t.name for t in model.whole.tensors if t.role is not Role.COMPUTED}
        computed = {value.name for value in values if value.name not in given} | model.parts.keys()
        inner = [value for value in model.adjoints.values() if value.name not in model.program.outputs]
        steps = Schedule(self.letters, names, computed, inner).run([*self._parts(values), *values])
        lines = Lines(self.looks, names, map(self._line, steps)).shortened()
        again = {name: names.next() for name in model.parts if name in model.whole.tensor_named}
        return [line.renamed(again) for line in lines] if again else lines

    def program(self, lines: Sequence[Line]) -> Program:
        """The program of these lines and of what stays as it is."""
        nodes = in_order([*(line.node() for line in lines), *self.model.left])
        return self._assembled(nodes, lines)

    def declarations(self) -> Program:
        """A program without statements that declares all indices and sizes."""
        return Program(sizes=self.model.whole.sizes, indices=tuple(self.letters.indices))

    def _parts(self, values: Sequence[Value]) -> list[Value]:
        """The parts of the forward pass that were not saved and are read, each before what reads it."""
        needed: dict[str, Value] = {}
        pending = [value.poly for value in values]
        while pending:
            for name in names_in(self.model.ring, pending.pop()) & self.model.parts.keys() - needed.keys():
                needed[name] = self.model.parts[name]
                pending.append(needed[name].poly)
        return [part for name, part in self.model.parts.items() if name in needed]

    def _line(self, step: Step) -> Line:
        tensor = self.model.whole.tensor_named.get(shown(step.name))
        atoms = (*step.slots, *step.dummies)
        own = [axis.label for axis in tensor.axes] if tensor is not None else []
        wished = [*own, *(self._label(atom, step.poly) for atom in atoms[len(own) :])]
        names = self.letters.named(atoms, wished=wished)
        key = tuple(sorted(names.items()))
        if key not in self._factorings:
            self._factorings[key] = Factoring(self.model.ring, self.letters, names, self.safety.loses_digits)
        found = self._factorings[key].best(step.poly)
        self.losses += found.weight[0] // UNSAFE
        indices = tuple(names[atom] for atom in atoms)
        if step.dummies:
            indices = tuple(sorted(indices, key=self.letters.place))
        target = Ref(shown(step.name), tuple(Index(names[slot]) for slot in step.slots))
        sign = step.sign or int(bool(step.dummies))
        asked = tensor is not None and (tensor.role is not Role.COMPUTED or tensor.name in self.model.program.outputs)
        return Line(target, indices, found.expr if sign >= 0 else neg(found.expr), abs(sign), not asked)

    def _label(self, atom: int, p: Poly) -> str:
        """The index by which a tensor of the program is declared where the atom stands."""
        for place in sorted({g for m in p for g, _ in m}):
            generator = self.model.ring.generators[place]
            if generator.kind is Kind.CELL and atom in generator.free:
                tensor = self.model.whole.tensor_named.get(shown(cast("str", generator.content[0])))
                if tensor is not None:
                    return tensor.axes[cast("tuple[int, ...]", generator.content[1]).index(atom)].label
        return ""

    def _assembled(self, nodes: Sequence[Node], lines: Sequence[Line]) -> Program:
        plain = self.model.program
        forward = plain.forward
        if forward is None:
            raise OutOfReachError("the backward program has no forward program")
        known = dict(plain.tensor_named)
        for line in lines:
            name = line.target.name
            if name not in known:
                known[name] = Tensor(name, tuple(map(self._axis, line.target.subscripts)), Role.COMPUTED)
        used = {part.ref.name for node in nodes for part in node_reads(node)}
        used |= {target.name for node in nodes for target in node_writes(node)} | set(plain.outputs)
        own = [t for t in known.values() if t.name in used and t.name not in forward.tensor_named]
        return derived(forward, tuple(nodes), tuple(self.letters.indices), own, plain.outputs)

    def _axis(self, subscript: object) -> Axis:
        name = cast("Index", subscript).name
        index = next(i for i in self.letters.indices if i.name == name)
        return Axis(name, add(index.high, number(1)) if index.high != number(0) else number(1))


def in_order(nodes: Sequence[Node]) -> list[Node]:
    """The nodes so that every tensor is complete before it is read, those over the same indices side by side.

    Where nothing is left over the same indices, what needs fewest indices comes next: more is ready then.
    """
    writers: dict[str, set[int]] = {}
    for at, node in enumerate(nodes):
        for target in node_writes(node):
            writers.setdefault(target.name, set()).add(at)
    waits = [
        {w for read in node_reads(node) for w in writers.get(read.ref.name, ()) if w != at}
        for at, node in enumerate(nodes)
    ]
    done: list[int] = []
    left = set(range(len(nodes)))
    while left:
        ready = sorted(at for at in left if not waits[at] & left)
        if not ready:
            raise OutOfReachError("statements that wait for one another")
        last = _ranges(nodes[done[-1]]) if done else frozenset()
        following = next((at for at in ready if _ranges(nodes[at]) == last), None)
        if following is None:
            following = min(ready, key=lambda at: (len(_ranges(nodes[at])), at))
        done.append(following)
        left.remove(following)
    return [nodes[at] for at in done]


def _ranges(node: Node) -> frozenset[str]:
    return frozenset(r.index for r in node.ranges) if isinstance(node, Loop) else frozenset()

"""From a part to programs: what is derived for it, and how the texts of its answers are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from symgrad.calculus import vjp
from symgrad.calculus.activity import join
from symgrad.course.problem import Part
from symgrad.errors import Finding, LegalityError
from symgrad.language.build import ONE
from symgrad.language.dependence import output_names
from symgrad.language.legal.names import name_findings
from symgrad.language.legal.subscripts import subscript_findings
from symgrad.language.program import Define, Loop, Node, Program, Ref, Role, Statement, Tensor
from symgrad.language.read import read_program
from symgrad.language.walk import values_read, walk_body, walk_statements, written


def is_backward(part: Part) -> bool:
    """Whether the part is about gradients; one that shows or explains something of the forward program alone is not."""
    return part.ask in ("adjoint", "loops") or (part.ask in ("show", "explain") and bool(part.wrt))


@lru_cache(maxsize=64)
def concerned(part: Part) -> Program:
    """The statements of the forward program that the part is about; what others compute is given to them.

    A gradient of one of these is then added to whatever it holds.
    """
    forward = part.setting.forward
    if not part.statements:
        return forward
    order = {id(statement): at for at, (_, statement) in enumerate(walk_statements(forward.body), start=1)}
    body = tuple(kept(forward.body, lambda statement: order[id(statement)] in part.statements))
    computed = written(body)
    used = computed | {part.name for part in walk_body(body) if isinstance(part, Ref)}
    tensors = tuple(_given(t) if t.name not in computed else t for t in forward.tensors if t.name in used)
    constraints = tuple(c for c in forward.constraints if values_read(c.left) | values_read(c.right) <= used)
    return replace(forward, tensors=tensors, constraints=constraints, body=body, outputs=())


@lru_cache(maxsize=64)
def derived(part: Part) -> Program:
    """The backward program of what the part asks for; its `forward` is the whole forward program.

    Raises UsageError where there is nothing to differentiate.
    """
    backward = vjp(concerned(part), wrt=part.wrt or None, average=batch_index(part))
    return replace(backward, forward=part.setting.forward)


def batch_index(part: Part) -> str | None:
    """The index over whose size gradients are averaged, where the part has a param to which that applies."""
    has_params = any(t.role is Role.PARAM for t in concerned(part).tensors)
    return part.setting.average if has_params else None


def starts(part: Part) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The gradients of the derived loops: those given, those added to what they hold, those that start at 0."""
    backward, own = derived(part), written(concerned(part).body)
    forward = part.setting.forward.tensor_named
    kinds: tuple[list[str], list[str], list[str]] = ([], [], [])
    for tensor in backward.tensors:
        if tensor.name in forward:
            continue
        upstream = tensor.role is Role.INPUT or (tensor.role is Role.ACCUMULATOR and _base(tensor.name) in own)
        kinds[0 if upstream else 1 if tensor.role is Role.ACCUMULATOR else 2].append(tensor.name)
    return tuple(kinds[0]), tuple(kinds[1]), tuple(kinds[2])


@lru_cache(maxsize=256)
def read_answer(part: Part, text: str, check: bool = False) -> Program:
    """The program of an answer to the part, in the terms of what is asked: what is given to it, what it adds to.

    Args:
        part: the part that is answered.
        text: loops, with or without declarations.
        check: whether to refuse what is not legal; otherwise see `misfits`.

    Raises:
        ReadingError: the text is no program of the language.
        LegalityError: it cannot be completed, or with `check` it is not legal.
    """
    from symgrad.language.legality import check as check_legality

    setting = part.setting
    context = setting.forward if is_backward(part) else _ground(setting.forward)
    program = read_program(
        text, aliases=setting.aliases, capital_sums=setting.capital_sums, context=context, check=False
    )
    _refuse_conditions(program, context)
    backward = is_backward(part)
    program = _fitted(program, derived(part)) if backward else _with_starts(program, setting.forward)
    if check:
        check_legality(program)
    return program


def _refuse_conditions(answer: Program, context: Program) -> None:
    """Raise LegalityError where an answer declares a constraint: it would be proved under a condition of its own."""
    own = [constraint for constraint in answer.constraints if constraint not in context.constraints]
    if own:
        hint = "an answer holds for all that is given: delete the constraint"
        raise LegalityError("an answer puts no conditions on what is given", own[0].place, hint)


def misfits(program: Program) -> list[Finding]:
    """Why a program has no value: unknown or unbound names, subscripts that do not fit.

    Reads and writes in the wrong order are no misfits: such a program has a value, another one.
    """
    return list(name_findings(program)) or list(subscript_findings(program))


def compared(part: Part, program: Program) -> tuple[str, ...]:
    """The tensors in which an answer has to agree with what is asked for."""
    if is_backward(part):
        return derived(part).outputs
    forward = part.setting.forward
    shared = written(forward.body) & written(program.body)
    return tuple(t.name for t in forward.tensors if t.name in shared)


def unanswered(part: Part, program: Program) -> list[str]:
    """The outputs of the forward program that a program in its place does not compute."""
    if is_backward(part):
        return []
    return [name for name in output_names(part.setting.forward) if name not in written(program.body)]


def chain_context(part: Part) -> Program:
    """The complete program after which the equations of the part's derivation hold.

    It is the forward program; where the part is about gradients, also the derived loops, with the
    gradients that are asked for starting at 0, and whatever else the part's answer computes on the way.
    """
    forward = part.setting.forward
    if not is_backward(part):
        return forward
    backward = seeded(part, derived(part))
    _, added_to, _ = starts(part)
    fresh = tuple(replace(t, role=Role.COMPUTED) if t.name in added_to else t for t in backward.tensors)
    whole = join(replace(backward, tensors=fresh))
    if not part.answer or part.ask == "explain":
        return whole
    return _with_temporaries(whole, read_answer(part, part.answer))


def seeded(part: Part, program: Program) -> Program:
    """The program with the gradients of scalar outputs 1, where the part says so."""
    if not part.more.get("seed"):
        return program
    forward = concerned(part)
    scalars = {f"{name}.grad" for name in output_names(forward) if not forward.tensor_named[name].axes}
    given = [t.name for t in program.tensors if t.name in scalars and t.role in (Role.INPUT, Role.ACCUMULATOR)]
    tensors = tuple(replace(t, role=Role.COMPUTED) if t.name in given else t for t in program.tensors)
    own = written(program.body)
    starts_at = tuple(Define(Ref(name), ONE) for name in given if name not in own)
    return replace(program, tensors=tensors, body=(*starts_at, *program.body))


def _with_temporaries(whole: Program, answer: Program) -> Program:
    """The program, and after it what the answer computes that is none of the program's tensors."""
    known = whole.tensor_named
    body = tuple(kept(answer.body, lambda statement: statement.target.name not in known))
    used = {part.name for part in walk_body(body) if isinstance(part, Ref)}
    return replace(
        whole,
        sizes=(*whole.sizes, *(s for s in answer.sizes if s.name not in whole.size_named)),
        indices=(*whole.indices, *(i for i in answer.indices if i.name not in whole.index_named)),
        tensors=(*whole.tensors, *(t for t in answer.tensors if t.name in used and t.name not in known)),
        body=whole.body + body,
    )


def kept(nodes: tuple[Node, ...], keep: Callable[[Statement], bool]) -> Iterator[Node]:
    """The nodes with only those statements in them, in their loops."""
    for node in nodes:
        if isinstance(node, Loop):
            body = tuple(kept(node.body, keep))
            if body:
                yield replace(node, body=body)
        elif isinstance(node, Statement) and keep(node):
            yield node


def _base(adjoint: str) -> str:
    return adjoint.rpartition(".")[0]


def _given(tensor: Tensor) -> Tensor:
    computed = tensor.role is Role.COMPUTED
    return replace(tensor, role=Role.INPUT, initial=None) if computed else tensor


def _ground(forward: Program) -> Program:
    """The declarations of what the forward program is given, without its statements."""
    computed = written(forward.body)
    return replace(forward, tensors=tuple(t for t in forward.tensors if t.name not in computed), body=(), outputs=())


def _with_starts(program: Program, forward: Program) -> Program:
    """A program in the place of the forward program, given the same start values of what both compute."""
    shared = written(forward.body) & written(program.body)
    given = {t.name: t for t in forward.tensors if t.given and t.name in shared}
    tensors = (given[t.name] if _same_rank(t, given) else t for t in program.tensors)
    return replace(program, tensors=tuple(tensors))


def _same_rank(tensor: Tensor, others: Mapping[str, Tensor]) -> bool:
    return tensor.name in others and len(others[tensor.name].axes) == len(tensor.axes)


def _fitted(answer: Program, backward: Program) -> Program:
    """The answer with its gradients starting as those of the derived program do, and all that are asked for."""
    forward = backward.forward.tensor_named if backward.forward else {}
    asked = {t.name: t for t in backward.tensors if t.name not in forward}
    tensors = tuple(asked.get(t.name, t) for t in answer.tensors)
    present = {t.name for t in tensors}
    missing = tuple(asked[name] for name in backward.outputs if name not in present)
    return replace(answer, tensors=(*tensors, *missing), outputs=backward.outputs)


def defined(text: str, context: Program, aliases: Mapping[str, str]) -> Program:
    """The complete program with the definitions of a text behind it; what they write starts at 0, whatever its name.

    Raises ReadingError; LegalityError also for a definition of what the program has already, with its place.
    """
    from symgrad.language.legality import check as check_legality

    program = read_program(text, context=context, aliases=aliases, check=False)
    made = written(program.body)
    hint = "give what is defined a name of its own"
    again = [
        Finding(f"{s.target.name} has a meaning already: it is not defined again", s.target.place or s.place, hint)
        for _, s in walk_statements(program.body)
        if s.target.name in context.tensor_named
    ]
    if again:
        raise LegalityError("", findings=again, source=text)
    tensors = tuple(
        replace(t, role=Role.COMPUTED) if t.name in made and t.role is Role.ACCUMULATOR else t for t in program.tensors
    )
    program = replace(program, tensors=tensors)
    check_legality(program)
    return join(program)

"""Random pairs of programs and expressions, half of them equal by construction, by which the provers are judged.

python -m tests.fuzz --pairs 20000 --seed 0
"""

"""The normal form: index-notation polynomials that decide equality for all sizes.

`compare.py` is the way in; docs/proofs.md tells the method and its guarantee.
"""

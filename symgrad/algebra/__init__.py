"""The normal form: index-notation polynomials that decide equality for all sizes.

`compare.py` is the way in; docs/proving.md tells the method and its guarantee.
"""

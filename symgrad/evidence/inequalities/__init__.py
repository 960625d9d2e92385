"""Inequalities between expressions: certificates that are searched for and checked, and points that refute."""

"""A small language of lists, loops and procedures that build objects: its readers, and the interpreter that runs it."""

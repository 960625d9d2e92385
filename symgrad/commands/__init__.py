"""The commands of the command line, one a module: what they do and print. `cli.py` reads the words and calls them."""

"""Programs as data. Installed as the package symgrad.problems, where importlib.resources finds them."""

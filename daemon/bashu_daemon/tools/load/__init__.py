"""`bashu load`: a load harness that uses the public protocol like any other client.

`run.py` is the way in. A run is described by a profile (`profile.py`, `profiles/*.toml`); it opens
one `Session` a user, drives them (`drivers.py`), accounts for every order (`accounting.py`), and
ends with a `Result` that meets its limits or does not.
"""

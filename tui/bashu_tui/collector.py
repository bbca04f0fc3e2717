"""Python's collector of cycles, kept from holding up the screen.

Now and then it looks through every object there is: tens of milliseconds in which no key is
answered (64 ms were measured). What lives as long as the program is set aside instead, so that
only what came since is looked through.
"""

import gc


def set_aside() -> None:
    """Let the collector never look again at the objects that there are now.

    For the program only, when it has imported its modules and when it has made a screen: what is
    garbage at that moment is kept, too.
    """
    gc.freeze()

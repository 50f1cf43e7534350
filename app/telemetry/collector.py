"""The garbage collector and what a process makes while it starts."""

import gc


def keep_for_good() -> None:
    """Leave what there is out of every later collection: modules, routes and rules stay until the process ends.

    A collection then looks only at what requests and ticks made. In a process that is about to fork, the children also
    go on sharing these pages.
    """
    gc.collect()
    gc.freeze()

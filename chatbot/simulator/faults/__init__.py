"""The faults that the simulator can commit, as one table of small named things: a name, parameters, what it does.

A fault is asked for as `name` or `name:parameter[:parameter]`, by the header `X-Simulate: fault[,fault...]` or a script
(see `simulator.script`). Its docstring is the sentence that `GET /control` shows. `k` counts tokens; left out, the
place is random by the request's own seed. Stages are worked through in order, so `split_bytes:3,cut:2` does the same as
`cut:2,split_bytes:3`. To add a fault write one function in the module of its stage.
"""

from chatbot.simulator.faults import facts, framing, instead, signing, stream
from chatbot.simulator.faults.table import FAULTS, Fault, Planned, Stage, UnknownFault, in_order, read, read_header

# The modules of the stages fill the table as they are imported.
_STAGES = (instead, facts, stream, signing, framing)

__all__ = ["FAULTS", "Fault", "Planned", "Stage", "UnknownFault", "in_order", "read", "read_header"]

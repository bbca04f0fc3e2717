"""Acted manipulations, in markets that hardly allow them."""

import random

import pytest

from bashu_daemon.tools.scenarios.spoof import layer_dynamically
from bashu_daemon.tools.scenarios.stage import Label, Stage
from bashu_protocol.units import NS_PER_SECOND


@pytest.mark.parametrize("seed", range(4))
def test_layers_wait_while_nobody_is_on_their_side(seed: int) -> None:
    stage = Stage(seed)
    label = Label((), (), stage.symbols[0], 5)
    stage.open_day()
    stage.start(layer_dynamically(stage, random.Random(seed), 5, label), 0)
    stage.run(60 * NS_PER_SECOND)
    assert label.owners
    assert label.order_ids == []

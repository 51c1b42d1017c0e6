"""One ticket from preview to fill, as a trader sees it."""

from pathlib import Path

from omega_tui.domain.events import FillReported, OrderReported
from omega_tui.domain.orders import OrderState
from omega_tui.engine.views import Posture
from tests.engine.fake_gateway import D, fill, order
from tests.engine.rig import running


async def test_an_order_goes_from_ticket_to_fill(tmp_path: Path) -> None:
    async with running(tmp_path) as rig:
        assert rig.views.status().posture is Posture.NORMAL
        receipt = rig.place()
        assert receipt.taken, receipt.text
        await rig.until(
            lambda: rig.views.orders().rows and rig.views.orders().rows[0].state is OrderState.ACK
        )
        [sent] = rig.gateway.placed
        assert sent.client_order_id.startswith("omg")
        rig.gateway.emit(OrderReported(order(sent.client_order_id)))
        assert rig.views.orders().rows[0].state is OrderState.WORKING
        rig.gateway.emit(
            FillReported(fill("1", "0.004", client_order_id=sent.client_order_id)),
            FillReported(fill("2", "0.006", client_order_id=sent.client_order_id)),
            FillReported(fill("2", "0.006", client_order_id=sent.client_order_id)),
        )
        assert rig.views.orders().rows == ()
        assert len(rig.views.fills(10).rows) == 2
        assert rig.log_text().count("filled: buy 0.006 BTCUSDT at 59000, fee -0.14 USDT") == 1
        assert rig.views.account().fees_session == D("-0.28")

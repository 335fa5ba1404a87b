"""A window in a process of its own, to be killed: starts the training `first` as a user would."""

import asyncio
import sys

import qasync

from pyroblur_gui.core.interpreter import hold_constants
from pyroblur_gui.ui.app import make_application
from pyroblur_gui.ui.session import Session
from tests.ui.desk import until
from tests.ui.training.training_desk import LONG, begin_training, open_tab


async def main(session: Session) -> None:
    session.open()
    session.connect_jobs()
    tab = await open_tab(session, LONG)
    begin_training(tab, "first")
    presenter = tab.wiring.presenter
    await until(lambda: presenter.line("first") is not None and presenter.line("first").last_epoch >= 1, 800.0)
    sys.stdout.write("it learns\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


hold_constants()
application = make_application()
loop = qasync.QEventLoop(application)
asyncio.set_event_loop(loop)
loop.run_until_complete(main(Session(application)))

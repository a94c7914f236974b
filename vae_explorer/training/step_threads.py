"""``StepThreads``: which threads compute the steps of a training, and on which cores."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from functools import partial

from vae_explorer.training.crew import Crew
from vae_explorer.training.elastic import ElasticThreads
from vae_explorer.training.execution import Execution
from vae_explorer.training.pinned_team import PinnedTeam, openmp_threads

__all__ = ["StepThreads"]


class StepThreads:
    """All threads of an `Execution` on cores of their own, or one, from step to step as the machine allows.

    Parameters
    ----------
    execution
        How many there are and what they share; a number that may not change a bit (`Execution.elastic`) is adapted,
        and that of a `crew`, which never does.
    may_adapt
        False keeps all threads and binds none, as for a measurement of what they bring.
    """

    def __init__(self, execution: Execution, crew: Crew, *, may_adapt: bool = True) -> None:
        self._team, self._elastic = None, None
        n = execution.n_threads
        if not may_adapt or not (execution.elastic or execution.n_shares > 1):
            return
        if execution.elastic:
            self._team = PinnedTeam(n, partial(openmp_threads, n))
            self._elastic = ElasticThreads(n, place=self._team.place)
        else:
            self._team = PinnedTeam(n, crew.other_threads)
            # A crew's steps are long: a core that others take for a moment is not worth one (3 % of a window's training),
            # and a trial takes most of a second.
            self._elastic = ElasticThreads(
                n,
                set_threads=crew.set_threads,
                place=self._team.place,
                is_core_taken=lambda: False,
                apart=4.0,
            )

    def step(self, *, is_whole: bool) -> AbstractContextManager[None]:
        """Around a step; that of a batch which is not whole keeps all threads, as it was never tried with one."""
        return self._elastic.step() if self._elastic is not None and is_whole else nullcontext()

    def rest(self) -> None:
        """Before something else than a step: the calling thread may run on any core again."""
        if self._team is not None:
            self._team.place(False)

    def close(self) -> None:
        """Let all threads run on any core again."""
        if self._team is not None:
            self._team.close()

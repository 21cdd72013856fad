"""Which instance answers for which key, where a store says it: leases that end by themselves, numbered claims."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from math import inf
from types import MappingProxyType

from mock_server.domain.recent import Recent
from mock_server.persistence.shared.away import StoreAwayError
from mock_server.persistence.shared.claims import ClaimOutcome, Instance, KeptKeyError, Renewal
from mock_server.persistence.shared.shared_store import SharedStore
from mock_server.sharing.membership import Peer, place

LIFE = 3.0  # seconds for which an instance is taken to be alive after it has said so
RENEWED = 1.0  # seconds from one time to the next
MARGIN = 0.5  # seconds before the end from which on it answers nothing, for what is on its way to the client
REMEMBERED = 65_536  # keys whose owner is not asked for again
REST = 3.0  # seconds for clients after each second that taking over keys takes which nobody asks for
BREATH = 1.0  # the same where clients wait for the keys: hundreds of them are to be back within five seconds
LEAST = 0.005  # seconds until it is looked again whether clients still wait for keys

log = logging.getLogger(__name__)


class Leases:
    """What this instance owns, and who owns the rest, as far as it has to know."""

    def __init__(
        self,
        store: SharedStore,
        me: Instance,
        steady: Callable[[], float],
        good: Callable[[str], bool],
        life: float = LIFE,
    ) -> None:
        """`steady` is a clock that goes on also while this machine sleeps; `good` knows a key that opens a sandbox.

        `life` is for how many seconds it is taken to be alive after it has said so.
        """
        self._store = store
        self.fences = store.claims.fences
        """Of each key that is this instance's, the number of the claim."""
        self._me, self.me = me, _peer(me)
        self.steady = steady
        self._good = good
        self._life = life
        self._alive: dict[str, Instance] = {me.incarnation: me}
        self._owners: Recent[str, str] = Recent(REMEMBERED)
        self.until = -inf
        """The instant of `steady` from which on another instance may answer for its keys."""
        self._from = -inf  # the instant from which on it may claim keys that the store does not know
        self._broken = True  # whether it has to find out first what became of its keys
        self._loose: list[str] = []
        self._taking = False  # whether more of them are about to be taken
        self._rested = -inf  # the instant until which clients of other keys have their turn, after one was taken over
        self._turns = asyncio.Lock()
        self._given: set[str] = set()  # keys that were let go of in good order
        self._doubts = 0
        self.leaving = False
        """Whether it claims no more keys, because it is about to end."""
        self.on_claimed: Callable[[str], bool] = lambda _key: False
        """Told of a key that is this instance's now; whether that made it go on with a sandbox."""
        self.on_lost: Callable[[str], object] = lambda _key: None
        """Told of a key that was this instance's and is another's."""
        self.on_anew: Callable[[str], object] = lambda _key: None
        """Told of a key of which the store may know nothing any more."""
        self.later: Callable[[float, Callable[[], None]], object] = lambda _seconds, work: work()
        """Does work so many seconds later, when clients have had their turn."""
        self.on_doubted: Callable[[], object] = lambda: None
        """Told that an owner was not there: it may be dead."""
        self.on_gone: Callable[[Peer], object] = lambda _peer: None
        """Told of an instance that is taken to be dead."""
        self.on_forgotten: Callable[[], object] = lambda: None
        """Told that the store has lost what it knew."""
        self.on_logged: Callable[[int], bool] = lambda _number: True
        """Told how many calls for all sandboxes there have been; whether this instance has done them all."""

    @property
    def certain(self) -> bool:
        """Whether no other instance can have taken this one for dead."""
        return self.steady() < self.until

    def peers(self) -> Sequence[Peer]:
        return [_peer(each) for each in self.instances()]

    def instances(self) -> list[Instance]:
        """All that are up, by their names; of several at one address the newest, which has followed on the others."""
        newest = {each.address: each for each in sorted(self._alive.values(), key=lambda each: each.number)}
        return sorted(newest.values(), key=lambda each: (each.name, each.number))

    def mine(self, key: str) -> bool:
        """Whether this instance answers for the key; nobody's is claimed, if its turn has come.

        Going on with the sandbox of a dead one takes a while, and many clients may wait for one each.
        """
        return self.owns(key, new=self.steady() < self._rested)

    def owns(self, key: str, *, new: bool = False) -> bool:
        """The same, where nobody's is claimed whatever that takes, or only if it is `new`."""
        if key in self.fences:
            return self.certain
        return not self._good(key) or self._claimed(key, new=new)

    async def turn(self, key: str) -> None:
        """Wait for the turn of a key that nobody is known to have."""
        if key in self.fences or self._owners.get(key) in self._alive:
            return
        async with self._turns:
            while (rest := self._rested - self.steady()) > 0:
                await asyncio.sleep(rest)

    def sure(self, key: str) -> bool:
        """Whether an answer about the key that has been made here may leave now.

        It may also when the key was let go of since then: all that the answer promises was kept before.
        """
        return self.certain and (key in self.fences or key in self._given or not self._good(key))

    def owner(self, key: str) -> Peer | None:
        if self.mine(key):
            return self.me
        if key in self.fences or not self.certain:
            return None
        owner = self._alive.get(self._owners.get(key) or "")
        if owner is None and self.leaving:  # whoever was asked first has claimed it
            there = sorted(
                (each for each in self.instances() if _stays(each)), key=lambda each: each != self._heir(key)
            )
            owner = there[place(f"{self._doubts}/{key}", len(there))] if there else None
        return _peer(owner) if owner else None

    def doubt(self, key: str) -> None:
        self._forget(key)
        self.on_doubted()

    def renewed(self) -> Callable[[], None]:
        """Say to the store that this instance is alive; what is then to be done where its keys are, in their thread.

        To be called now and then from any one thread. StoreAwayError if the store does not hear.
        """
        claims, sent = self._store.claims, self.steady()
        renewal = claims.renew(self._me, self._life)
        forgotten = renewal.mock != self._store.mock
        if forgotten:  # others may still be sure of keys that it knows nothing of
            self._from = sent + self._life
            self._store.join_again()
        if forgotten or not renewal.unbroken:
            self._broken, self.until = True, -inf
        if self._broken:
            fates = claims.reclaim()
            return lambda: self._revalidated(fates, renewal, sent, forgotten=forgotten)
        self.until = sent + self._life - MARGIN
        if renewal.dead:
            for dead in renewal.dead:
                claims.bury(dead)
            renewal = claims.renew(self._me, self._life)
        return lambda: self._noticed(renewal)

    def take(self) -> None:
        """Claim what is this instance's to claim of the keys that nobody has and that have something to do."""
        self._taking = self._turns.locked()
        if self._taking:  # clients wait for keys, which come first
            self.later(max(LEAST, self._rested - self.steady()), self.take)
            return
        began = self.steady()
        while self._loose:
            key = self._loose.pop()
            if key not in self.fences and self._heir(key) == self._me and self._good(key):
                self._forget(key)
                self._claimed(key)
                self._taking = True
                self.later((self.steady() - began) * REST, self.take)
                return

    def release(self, key: str) -> None:
        """Let another instance have the key, whose sandbox is all kept. StoreAwayError if that cannot be said."""
        self._given.add(key)
        self._store.claims.release(key)

    def introduce(self, name: str, address: str) -> None:
        """Be called that, and reached there."""
        self._me = replace(self._me, name=name, address=address)
        self.me = _peer(self._me)
        self._alive[self._me.incarnation] = self._me

    @property
    def heirs(self) -> bool:
        """Whether another instance is there to take over."""
        return any(_stays(each) for each in self._alive.values() if each is not self._me)

    def leave(self) -> None:
        """Claim no more, and let the others know."""
        self.leaving = True
        self.tell(ready=False)

    def tell(self, **facts: object) -> None:
        """Let the others know that of this instance, with the next renewal."""
        self._me = replace(self._me, facts=MappingProxyType({**self._me.facts, **facts}))

    def _forget(self, key: str) -> None:
        """Take nobody for the owner of the key."""
        self._owners.put(key, "")
        self._doubts += 1

    def _claimed(self, key: str, *, new: bool = False) -> bool:
        """Claim a key that nobody alive is known to have, only a `new` one if that is said."""
        known = self._alive.get(self._owners.get(key) or "")
        if self.leaving or not self.certain or (known and _stays(known)) or self.steady() < self._from:
            return False
        began = self.steady()
        try:
            owner = self._store.claim(key, new=new)
        except (StoreAwayError, KeptKeyError):
            return False
        if owner is not None:
            self._alive.setdefault(owner.incarnation, owner)
            self._owners.put(key, owner.incarnation)
            return False
        self._given.discard(key)
        if self.on_claimed(key):
            self._rested = self.steady() + (self.steady() - began) * BREATH
        return True

    def _heir(self, key: str) -> Instance | None:
        """Who should claim a key that nobody has: for all instances that know of each other, the same one."""
        there = [each for each in self.instances() if _stays(each)]
        return max(there, key=lambda each: place(f"{each.incarnation}/{key}", 2**32), default=None)

    def _noticed(self, renewal: Renewal) -> None:
        """Take in who is there, and see to what is to be done."""
        before, self._alive = self._alive, {each.incarnation: each for each in renewal.alive}
        self._alive[self._me.incarnation] = self._me
        reached = {each.address for each in self._alive.values()}
        for each in before.values():
            if each.address not in reached:
                self.on_gone(_peer(each))
        self.on_logged(renewal.logged)
        if not self.leaving:
            self._loose = list(renewal.loose)
            if not self._taking:
                self.take()

    def _revalidated(self, fates: dict[str, ClaimOutcome], renewal: Renewal, sent: float, *, forgotten: bool) -> None:
        """Go on with the keys that nobody else has had, and let go of the others."""
        lost = [key for key, fate in fates.items() if fate is ClaimOutcome.LOST]
        for key in lost:
            self.on_lost(key)
        for key, fate in fates.items():
            if fate is ClaimOutcome.ANEW:
                self.on_anew(key)
        if not self.on_logged(renewal.logged):
            return  # it answers when it has done what the others have done without it
        if lost:
            log.warning("this instance was not heard of for too long, and %d of its keys are others' now", len(lost))
        self._broken = False
        self.until = sent + self._life - MARGIN
        if forgotten:
            self.on_forgotten()
        self._noticed(renewal)


def _stays(instance: Instance) -> bool:
    """Whether it is not about to end."""
    return bool(instance.facts.get("ready", True))


def _peer(instance: Instance) -> Peer:
    return Peer(instance.name, instance.address, instance.number)

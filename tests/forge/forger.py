"""A whole election told statement by statement, each of which may be a lie; what follows is computed from what was
said.

Nothing is admitted and nothing is checked here: the forger holds every key of everybody.
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from evote.codec.payloads import encode_payload
from evote.core.base_hashes import chaining_field_none, device_hash, extended_base_hash
from evote.core.hashing import Encoded, Tag, hash_bytes
from evote.ed25519 import SigningKey
from evote.election.context import make_context
from evote.election.kinds import Kind
from tests.forge import ceremony
from tests.forge.ballots import HONEST as HONEST_BALLOT
from tests.forge.ballots import BallotKeys, ContestLine, Craft, Made, honest_ballot, make_ballot
from tests.forge.ceremony import KeyCraft, Secret
from tests.forge.counting import Counting
from tests.forge.decrypting import partial_value, share_key
from tests.forge.log import Forgery, Line, Value, sign_line, spell
from tests.forge.numbers import GROUP, G, P, Q, b, element_hex, hash_q, number, power, scalar_hex, wrap
from tests.forge.plans import Act, Plan, person

REHEARSED = 17

Lie = Callable[["Forger", Value], "Value | bytes | None"]
More = Callable[["Forger"], None]


@dataclass(frozen=True, kw_only=True)
class Lies:
    """Where an election departs from the truth.

    `say` replaces what a step says (it may change its copy; None: the step is left out; bytes: exactly this payload);
    `after` says more after a step; `authors` signs a step with another key; `secrets` and `keys` replace trustees'
    secrets and the making of their keys; `ballots` crafts the ballot of a step; `outcomes` are stated
    instead of computed ones; `scope` is another election id.
    """

    say: Mapping[str, Lie] = field(default_factory=dict)
    after: Mapping[str, More] = field(default_factory=dict)
    authors: Mapping[str, SigningKey] = field(default_factory=dict)
    secrets: tuple[Secret, ...] | None = None
    keys: Mapping[int, KeyCraft] = field(default_factory=dict)
    ballots: Mapping[str, Craft] = field(default_factory=dict)
    outcomes: Mapping[int, Value] = field(default_factory=dict)
    scope: bytes | None = None


TRUTH = Lies()


def forge(plan: Plan, lies: Lies = TRUTH) -> Forgery:
    """Tell an election with lies in it."""
    forger = Forger(plan, lies)
    forger.tell()
    return Forgery(scope=forger.scope, lines=tuple(forger.lines))


def value_of(kind: Kind, record: Any) -> Value:
    """Return the JSON value of an honest record."""
    value: Value = json.loads(encode_payload(kind, record))
    return value


class Forger:
    """An election being told; `said` holds every step as it was said, `digests` the hashes of the payloads."""

    def __init__(self, plan: Plan, lies: Lies) -> None:
        """Begin before the manifest."""
        self.plan, self.lies, self.manifest = plan, lies, plan.manifest
        self.lines: list[Line] = []
        self.said: dict[str, Value] = {}
        self.digests: dict[str, str] = {}
        self.counting = Counting(plan.manifest)
        self.secrets = lies.secrets or ceremony.honest_secrets(len(plan.manifest.trustees), plan.manifest.quorum)
        self.commitments: tuple[tuple[int, ...], ...] = ()
        self.scope = self.h_p = self.h_b = self.h_g = self.device_hash = b""
        self.data_key = 1

    def tell(self) -> None:
        """Tell everything from the manifest to the end."""
        self._say_manifest()
        self._say_parameters()
        self._hold_ceremony()
        self._rehearse()
        self._say_roll()
        self.authority("open", Kind.OPEN, {"h_e": self.keys.h_e.hex(), "roll": self.digests.get("roll", "00" * 32)})
        for act in self.plan.acts:
            self.act(act)
        self.authority("close", Kind.CLOSE, {"h_e": self.keys.h_e.hex()})
        if self.plan.paper is not None:
            self.authority("paper", Kind.PAPER, value_of(Kind.PAPER, self.plan.paper))
        self.authority("tally", Kind.TALLY, self.counting.tally())
        for i in self.indices:
            self.trustee("decryption", i, Kind.TRUSTEE_DECRYPTION, self.decryption_of(i))
        decryptions = {i: self.said[f"decryption {i}"] for i in self.plan.used}
        result = self.counting.result(self.keys.vote_key, self.said["tally"], decryptions, self.lies.outcomes)
        self.authority("result", Kind.RESULT, result)
        self.authority("final", Kind.FINAL, {"result": self.digests.get("result", "00" * 32)})

    @property
    def indices(self) -> range:
        """Return 1..n."""
        return range(1, len(self.secrets) + 1)

    # --- saying ---------------------------------------------------------------------------------------------------

    def say(self, step: str, kind: str, author: SigningKey, value: Value | bytes, commitments: bytes = b"") -> None:
        """Say something, or the lie in its place; then whatever follows it."""
        said = self._lied(step, value)
        if said is not None:
            payload = said if isinstance(said, bytes) else spell(said)
            self.said[step] = _readable(said, value)
            self.digests[step] = sha256(payload).hexdigest()
            key = self.lies.authors.get(step, author)
            self.lines.append(sign_line(step, kind, key, self.scope, payload, commitments))
            self.counting.note(kind, key.public_key, self.said[step])
        if step in self.lies.after:
            self.lies.after[step](self)

    def authority(self, step: str, kind: Kind, value: Value) -> None:
        """Let the authority say something."""
        self.say(step, kind, person("authority"), value)

    def registrar(self, step: str, kind: Kind, value: Value) -> None:
        """Let the registrar say something."""
        self.say(step, kind, person("registrar"), value)

    def trustee(self, word: str, index: int, kind: Kind, value: Value | bytes) -> None:
        """Let a trustee say something; the step is the word and the index."""
        self.say(f"{word} {index}", kind, person(f"trustee {index}"), value)

    def _lied(self, step: str, value: Value | bytes) -> Value | bytes | None:
        lie = self.lies.say.get(step)
        # keys were lied about before they were committed to
        if lie is None or isinstance(value, bytes):
            return value
        return lie(self, copy.deepcopy(value))

    # --- ceremony -------------------------------------------------------------------------------------------------

    def _say_manifest(self) -> None:
        value = value_of(Kind.MANIFEST, self.manifest)
        lied = self._lied("manifest", value)
        payload = lied if isinstance(lied, bytes) else spell(value if lied is None else lied)
        context = make_context(GROUP, self.manifest, payload)
        self.h_p, self.h_b = context.h_p, context.h_b
        self.scope = self.lies.scope or context.h_b
        self.authority("manifest", Kind.MANIFEST, value)

    def _say_parameters(self) -> None:
        value = {
            "version": "v2.1.0",
            "p": element_hex(P),
            "q": scalar_hex(Q),
            "g": element_hex(G),
            "n": len(self.manifest.trustees),
            "k": self.manifest.quorum,
            "h_p": self.h_p.hex(),
            "h_b": self.h_b.hex(),
        }
        self.authority("parameters", Kind.PARAMETERS, value)

    def _hold_ceremony(self) -> None:
        payloads: dict[int, bytes] = {}
        stated: dict[int, Value] = {}
        for i in self.indices:
            honest = ceremony.keys_value(self.h_p, i, self.secrets[i - 1], self.lies.keys.get(i))
            lied = self._lied(f"keys {i}", honest)
            if lied is not None:
                payloads[i] = lied if isinstance(lied, bytes) else spell(lied)
                stated[i] = _readable(lied, honest)
        for i, payload in payloads.items():
            digest = sha256(payload).hexdigest()
            self.trustee("commitment", i, Kind.TRUSTEE_COMMITMENT, {"trustee": i, "keys": digest})
        for i, payload in payloads.items():
            self.trustee("keys", i, Kind.TRUSTEE_KEYS, payload)
        kappas = {i: number(value["communication_key"]) for i, value in stated.items()}
        for i in self.indices:
            others = {receiver: kappa for receiver, kappa in kappas.items() if receiver != i}
            shares = ceremony.shares_value(self.h_p, i, self.secrets[i - 1], others)
            self.trustee("shares", i, Kind.TRUSTEE_SHARES, shares)
        self._join(stated, tuple(kappas.values()))
        for i in self.indices:
            self.trustee("confirmation", i, Kind.TRUSTEE_CONFIRMATION, {"trustee": i, "h_g": self.h_g.hex()})
        value = {
            "vote_key": element_hex(self.keys.vote_key),
            "data_key": element_hex(self.data_key),
            "h_g": self.h_g.hex(),
            "h_e": self.keys.h_e.hex(),
            "device_hash": self.device_hash.hex(),
            "chaining_field": self.keys.chaining_field.hex(),
        }
        self.authority("joint keys", Kind.KEYS, value)

    def _join(self, stated: Mapping[int, Value], kappas: tuple[int, ...]) -> None:
        """Compute K, K^ and every hash that follows, from what the trustees said."""
        rows = {
            half: tuple(tuple(map(number, value[half]["commitments"])) for value in stated.values())
            for half in ceremony.HALVES
        }
        self.commitments = rows["vote"]
        # K = prod K_{i,0}, K^ = prod K^_{i,0}
        vote_key, self.data_key = (_product(row[0] for row in rows[half]) for half in ceremony.HALVES)
        h_e = extended_base_hash(self.h_b, wrap(vote_key), wrap(self.data_key))
        self.device_hash = device_hash(h_e, self.manifest.device)
        chaining = chaining_field_none(self.device_hash)
        self.keys = BallotKeys(h_e=h_e, vote_key=vote_key, chaining_field=chaining)
        everything = [vote_key, self.data_key, *_flat(rows["vote"]), *_flat(rows["data"]), *kappas]
        # H_G = H(H_B; 0x13, K, K^, all K_{i,j}, all K^_{i,j}, all kappa_i)
        self.h_g = hash_bytes(self.h_b, Tag.GUARDIAN_RECORD, *(Encoded(b(x)) for x in everything))

    def _rehearse(self) -> None:
        value = self.rehearsal(REHEARSED)
        self.authority("rehearsal", Kind.REHEARSAL, value)
        said = self.said.get("rehearsal", value)
        pair = number(said["alpha"]), number(said["beta"])
        for i in self.indices:
            self.trustee("rehearsed", i, Kind.TRUSTEE_REHEARSAL, {"trustee": i, **self.partial((0, 0, 0), i, pair)})

    def rehearsal(self, rehearsed: int) -> Value:
        """Return the one test ciphertext of a value."""
        # xi_R = H_q(H_E; 0x82, b(value, 4)), (A, B) = (g^xi_R, K^(value + xi_R))
        xi = hash_q(self.keys.h_e, Tag.REHEARSAL, b(rehearsed, 4))
        beta = power(self.keys.vote_key, xi + rehearsed)
        return {"alpha": element_hex(power(G, xi)), "beta": element_hex(beta), "value": rehearsed}

    # --- voting ---------------------------------------------------------------------------------------------------

    def _say_roll(self) -> None:
        voters = sorted(self.plan.voters, key=lambda voter: person(voter.name).public_key)
        half = len(voters) // 2
        for part, some in enumerate((voters[:half], voters[half:]), 1):
            members = [
                {"key": person(voter.name).public_key.hex(), "district": voter.district, "weight": voter.weight}
                for voter in some
            ]
            self.registrar(f"credentials {part}", Kind.CREDENTIALS, {"part": part, "credentials": members})
        listed: list[Value] = [one for part in (1, 2) for one in self.said[f"credentials {part}"]["credentials"]]
        numbers = range(1, len(self.manifest.districts) + 1)
        districts = [[one for one in listed if one["district"] == d] for d in numbers]
        value = {
            "parts": 2,
            "count": len(listed),
            "weight": sum(one["weight"] for one in listed),
            "districts": [{"count": len(some), "weight": sum(o["weight"] for o in some)} for some in districts],
        }
        self.registrar("roll", Kind.ROLL, value)

    def act(self, act: Act) -> None:
        """Let something happen at the ballot box."""
        value: Value
        if act.kind is Kind.STRIKE:
            value = {"credential": person(act.voter).public_key.hex(), "reason": act.reason}
            self.registrar(act.step, act.kind, value)
        elif act.kind is Kind.REPLACEMENT:
            value = {
                "old": person(act.voter).public_key.hex(),
                "new": person(act.new).public_key.hex(),
                "reason": act.reason,
            }
            self.registrar(act.step, act.kind, value)
        else:
            made = self.ballot(act)
            opened = {"ballot": made.ballot, "openings": made.openings}
            value = made.ballot if act.kind is Kind.BALLOT_CAST else opened
            self.say(act.step, act.kind, person(act.voter), value, made.commitments)

    def ballot(self, act: Act) -> Made:
        """Return the ballot of an act, crafted where the lies say so."""
        author = person(act.voter).public_key
        style = self.style_of(act.voter)
        indices = self.manifest.ballot_styles[style - 1].contests
        lines = tuple(self._line(index, marks) for index, marks in zip(indices, act.marks, strict=True))
        ballot_number = self.next_number(act.voter)
        craft = self.lies.ballots.get(act.step, HONEST_BALLOT)
        if craft is HONEST_BALLOT:
            return honest_ballot(self.keys, style, lines, author, ballot_number, act.step)
        return make_ballot(self.keys, style, lines, author, ballot_number, act.step, craft)

    def next_number(self, voter: str) -> int:
        """Return the number that the next ballot of a voter has to state."""
        return self.counting.cast[person(voter).public_key] + 1

    def _line(self, index: int, marks: tuple[int, ...]) -> ContestLine:
        contest = self.manifest.contests[index - 1]
        return ContestLine(
            index=index, values=marks, option_limit=contest.option_limit, selection_limit=contest.selection_limit
        )

    def style_of(self, voter: str) -> int:
        """Return the ballot style of a credential; strangers take the first."""
        entry = self.counting.roll.get(person(voter).public_key.hex())
        return self.manifest.districts[entry[0] - 1].ballot_style if entry else 1

    # --- decrypting -----------------------------------------------------------------------------------------------

    def partial(self, place: tuple[int, int, int], trustee: int, pair: tuple[int, int], *, sign: int = 1) -> Value:
        """Return a trustee's partial decryption of (A, B)."""
        z_i, big_z_i = ceremony.share_of(self.secrets, trustee), share_key(self.commitments, trustee)
        return partial_value(self.keys.h_e, place, trustee, z_i, big_z_i, pair, sign=sign)

    def decryption_of(self, trustee: int) -> Value:
        """Return a trustee's complete partial decryption of the tally as it was said."""
        contests = [
            {
                "contest": one["contest"],
                "units": [self._unit_partials(one["contest"], u, trustee) for u in one["units"]],
            }
            for one in self.counting.to_decrypt(self.said["tally"])
        ]
        return {"trustee": trustee, "contests": contests}

    def _unit_partials(self, contest: int, unit: Value, trustee: int) -> Value:
        partials = [
            self.partial((contest, option, unit["unit"]), trustee, (number(one["alpha"]), number(one["beta"])))
            for option, one in enumerate(unit["ciphertexts"], 1)
        ]
        return {"unit": unit["unit"], "partials": partials}


def _readable(said: Value | bytes, honest: Value | bytes) -> Value:
    """Return the value behind what was said; the honest one where bytes do not say the same fields."""
    if not isinstance(said, bytes):
        return said
    try:
        found = json.loads(said)
    except ValueError:
        found = None
    if isinstance(found, dict) and (isinstance(honest, bytes) or found.keys() == honest.keys()):
        return found
    if isinstance(honest, bytes):
        raise TypeError("a payload is an object")
    return honest


def _product(values: Any) -> int:
    result = 1
    for value in values:
        result = result * value % P
    return result


def _flat(rows: tuple[tuple[int, ...], ...]) -> list[int]:
    return [value for row in rows for value in row]

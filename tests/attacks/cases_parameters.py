"""Dishonest records for the rows on parameters, keys and the ceremony: V1 to V4, V8.C, V8.D, S.B, S.D, D.A to D.E."""

from dataclasses import replace

from tests.attacks.case import Case
from tests.forge import ceremony
from tests.forge.ceremony import KeyCraft
from tests.forge.forger import Forger, Lies
from tests.forge.lies import OTHER_HASH, beyond_q, next_scalar, one_more, put, swapped
from tests.forge.log import Value
from tests.forge.numbers import G, P, Q, element_hex, number, power, scalar_hex
from tests.forge.plans import SMALL

SECRETS = ceremony.honest_secrets()


def say(step: str, path: str, new: object) -> Lies:
    """Return the lie at one place of one step."""
    return Lies(say={step: put(path, new)})


def times_g(text: str) -> str:
    """Return the element multiplied by g."""
    return element_hex(number(text) * G % P)


def large_value(forger: Forger, _value: Value) -> Value:
    """Rehearse with 1001, which the trustees decrypt as they should."""
    return forger.rehearsal(1001)


def chosen_ciphertext(forger: Forger, value: Value) -> Value:
    """Let the trustees decrypt somebody's encryption of the announced value."""
    return {
        **value,
        "alpha": element_hex(number(value["alpha"]) * G % P),
        "beta": element_hex(number(value["beta"]) * forger.keys.vote_key % P),
    }


# kappa_2 times -1 has order 2q. Both challenges are made even, so that (-kappa)^c = kappa^c and the proofs hold.
MINUS_KAPPA = KeyCraft(kappa=P - power(G, SECRETS[1].zeta), even=True)
# The same with the second coefficient of the data polynomial, which no other formula uses.
MINUS_COEFFICIENT = KeyCraft(commitments={("data", 1): P - power(G, SECRETS[1].data[1])}, even=True)

# A coefficient 0 has the commitment 1, and its response is the proof nonce alone: 5 can be written as 5 + q.
ZERO_COEFFICIENT = (SECRETS[0], replace(SECRETS[1], data=(SECRETS[1].data[0], 0)), SECRETS[2])
NONCE_FIVE = KeyCraft(nonces={("data", 1): 5})

# The constant terms of the data polynomials add up to 0.
NO_DATA_KEY = (
    *SECRETS[:2],
    replace(SECRETS[2], data=(-(SECRETS[0].data[0] + SECRETS[1].data[0]) % Q, SECRETS[2].data[1])),
)

# One trustee's polynomial has a degree more than the quorum allows: two trustees no longer suffice.
THREE_COEFFICIENTS = (SECRETS[0], ceremony.make_secret("raiser", 3), SECRETS[2])

CASES = (
    Case(
        rows="V1.A",
        name="another version of the specification",
        lies=say("parameters", "version", "v2.0.0"),
        refused=("parameters", "parameters.version"),
    ),
    Case(
        rows="V1.B",
        name="another p",
        lies=say("parameters", "p", element_hex(P - 2)),
        refused=("parameters", "parameters.p"),
    ),
    Case(
        rows="V1.C",
        name="another q",
        lies=say("parameters", "q", scalar_hex(Q - 2)),
        refused=("parameters", "parameters.q"),
    ),
    Case(
        rows="V1.D",
        name="a generator whose logarithm somebody may know",
        lies=say("parameters", "g", times_g),
        refused=("parameters", "parameters.g"),
    ),
    Case(
        rows="V1.E",
        name="another parameter base hash",
        lies=say("parameters", "h_p", OTHER_HASH),
        refused=("parameters", "parameters.h_p"),
    ),
    Case(
        rows="V1.E",
        name="a smaller quorum than the manifest's",
        lies=say("parameters", "k", 1),
        refused=("parameters", "parameters.k"),
    ),
    Case(
        rows="V1.F",
        name="another election base hash",
        lies=say("parameters", "h_b", OTHER_HASH),
        refused=("parameters", "parameters.h_b"),
    ),
    Case(
        rows="V1.F",
        name="an election id that is not H_B",
        plan=SMALL,
        lies=Lies(scope=bytes.fromhex(OTHER_HASH)),
        refused=("manifest", "manifest.election_id"),
    ),
    Case(
        rows="V2.A",
        name="a communication key of order 2q",
        lies=Lies(keys={2: MINUS_KAPPA}),
        refused=("keys 2", "verification.not_in_subgroup"),
    ),
    Case(
        rows="V2.A",
        name="a commitment of order 2q",
        lies=Lies(keys={2: MINUS_COEFFICIENT}),
        refused=("keys 2", "verification.not_in_subgroup"),
    ),
    Case(
        rows="V2.B",
        name="a response written as v + q",
        lies=Lies(secrets=ZERO_COEFFICIENT, keys={2: NONCE_FIVE}, say={"keys 2": put("data.responses.1", beyond_q)}),
        refused=("keys 2", "encoding.out_of_range"),
    ),
    Case(
        rows="V2.C",
        name="a proof of possession of the vote key that does not hold",
        lies=say("keys 2", "vote.responses.0", next_scalar),
        refused=("keys 2", "ceremony.key_proof"),
    ),
    Case(
        rows="V2.C",
        name="a proof of possession of the data key that does not hold",
        lies=say("keys 3", "data.responses.2", next_scalar),
        refused=("keys 3", "ceremony.key_proof"),
    ),
    Case(
        rows="V3.A",
        name="a vote key that is not the product",
        lies=say("joint keys", "vote_key", times_g),
        refused=("joint keys", "keys.vote_key"),
    ),
    Case(
        rows="V3.B",
        name="a data key that is not the product",
        lies=say("joint keys", "data_key", times_g),
        refused=("joint keys", "keys.data_key"),
    ),
    Case(
        rows="V3.B",
        name="a data key of 1",
        lies=Lies(secrets=NO_DATA_KEY),
        refused=("confirmation 1", "ceremony.degenerate_key"),
    ),
    Case(
        rows="V4.A",
        name="another extended base hash",
        lies=say("joint keys", "h_e", OTHER_HASH),
        refused=("joint keys", "keys.h_e"),
    ),
    Case(
        rows="V4.A",
        name="a closing that names another election's H_E",
        lies=say("close", "h_e", OTHER_HASH),
        refused=("close", "close.h_e"),
    ),
    Case(
        rows="V8.C",
        name="another device hash",
        lies=say("joint keys", "device_hash", OTHER_HASH),
        refused=("joint keys", "keys.device_hash"),
    ),
    Case(
        rows="V8.D",
        name="a chaining field of another mode",
        lies=say("joint keys", "chaining_field", lambda text: "00000001" + text[8:]),
        refused=("joint keys", "keys.chaining_field"),
    ),
    Case(
        rows="S.B",
        name="a challenge limit above 100",
        plan=SMALL.with_manifest(challenge_limit=101),
        refused=("manifest", "manifest.challenge_limit"),
    ),
    Case(
        rows="S.B",
        name="a device string that is empty",
        plan=SMALL.with_manifest(device=""),
        refused=("manifest", "manifest.device"),
    ),
    Case(
        rows="S.B",
        name="a label with a doubled space",
        plan=SMALL.with_manifest(label="small  election"),
        refused=("manifest", "manifest.label"),
    ),
    Case(
        rows="S.D",
        name="shares out of order",
        lies=say("shares 2", "shares", swapped),
        refused=("shares 2", "ceremony.share_receivers"),
    ),
    Case(
        rows="S.D",
        name="a coefficient more than the quorum",
        plan=replace(SMALL, used=(1, 2, 3)),
        lies=Lies(secrets=THREE_COEFFICIENTS),
        refused=("keys 2", "ceremony.commitment_count"),
    ),
    Case(
        rows="D.A",
        name="keys that were not committed to",
        lies=say("commitment 2", "keys", OTHER_HASH),
        refused=("keys 2", "ceremony.keys_not_committed"),
    ),
    Case(
        rows="D.B",
        name="a share without proof",
        lies=say("shares 2", "shares.1.response", next_scalar),
        refused=("shares 2", "ceremony.share_proof"),
    ),
    Case(
        rows="D.C",
        name="a trustee who confirms another ceremony",
        lies=say("confirmation 2", "h_g", OTHER_HASH),
        refused=("confirmation 2", "ceremony.h_g"),
    ),
    Case(
        rows="D.C",
        name="an authority that states another ceremony",
        lies=say("joint keys", "h_g", OTHER_HASH),
        refused=("joint keys", "keys.h_g"),
    ),
    Case(
        rows="D.D",
        name="a rehearsal without proof",
        lies=say("rehearsed 2", "response", next_scalar),
        refused=("rehearsed 2", "verification.partial_decryption"),
    ),
    Case(
        rows="D.E",
        name="a rehearsal that decrypts to another value",
        lies=say("rehearsal", "value", one_more),
        refused=("rehearsal", "rehearsal.ciphertext"),
    ),
    Case(
        rows="D.E",
        name="a rehearsal ciphertext of the authority's own choice",
        lies=Lies(say={"rehearsal": chosen_ciphertext}),
        refused=("rehearsal", "rehearsal.ciphertext"),
    ),
    Case(
        rows="D.E",
        name="a rehearsal value that is not small",
        lies=Lies(say={"rehearsal": large_value}),
        refused=("rehearsal", "rehearsal.value_range"),
    ),
)

"""Dishonest records for the rows on ballots: V5 to V8, V13, V14, S.C, E.C, E.E to E.J."""

from hashlib import sha256

from tests.attacks.case import Case
from tests.forge.ballots import Craft, rehash
from tests.forge.forger import Forger, Lie, Lies
from tests.forge.lies import OTHER_HASH, beyond_q, crafted, drop, next_scalar, opened, put, swapped
from tests.forge.log import Value
from tests.forge.numbers import draw, seeded
from tests.forge.plans import BLANK, COUNCIL, NO, ONCE, YES, cast, challenge

# Ada and Cem vote yes: in the proof for option 1 of contest 1 branch j = 0 is simulated, c_0 and v_0 are free.
BRANCH, LIMIT_BRANCH = (1, 1, 0), (1, 0, 0)
FIRST = "contests.0.selections.0"
LIMIT = "contests.0.limit_proof"
NOTHING = (0, 0, 0)
NONCE_OF_ADA = draw(seeded("nonce Ada 1 1"))

# Ada and Ben publish -alpha for the same option: of order 2q, with even challenges, and gone in the product of both.
MINUS_ALPHA = Craft(negated=frozenset({(1, 1)}))


def say(step: str, path: str, new: object) -> Lies:
    """Return the lie at one place of one step."""
    return Lies(say={step: put(path, new)})


def both(one: Lie, other: Lie) -> Lie:
    """Return two lies in one."""

    def lie(forger: Forger, value: Value) -> Value | bytes | None:
        said = one(forger, value)
        return other(forger, said) if isinstance(said, dict) else said

    return lie


def overvote(forger: Forger, _value: Value) -> Value:
    """Give two votes to one option, with a proof for 0..2 that holds."""
    return crafted(forger, "Ada", "Ada", YES, (2, 0, 0), craft=Craft(limits={(COUNCIL, 1): 2})).ballot


def one_contest(forger: Forger, value: Value) -> Value:
    """Leave a contest out, with a code that fits what is left."""
    return rehash(forger.keys, {**value, "contests": value["contests"][:1]})


def other_style(forger: Forger, _value: Value) -> Value:
    """Vote in a contest of another district."""
    return crafted(forger, "Ida", "Ida", NO, (1, 1, 0), style=1).ballot


def challenged_value(forger: Forger, _value: Value) -> Value:
    """Encrypt 2 where 1 is the limit; no proof for it exists."""
    return opened(crafted(forger, "Cem", "challenge Cem", YES, (2, 0, 0), craft=Craft(claimed={(COUNCIL, 1): 1})))


def challenged_sum(forger: Forger, _value: Value) -> Value:
    """Encrypt three votes where two are the limit; no proof for it exists."""
    return opened(crafted(forger, "Cem", "challenge Cem", YES, (1, 1, 1), craft=Craft(claimed={(COUNCIL, 0): 2})))


def wrong_chi(forger: Forger, value: Value) -> Value:
    """State another contest hash; the code is the one of the true hashes."""
    value["contests"][0]["contest_hash"] = OTHER_HASH
    return value


def foreign_opening(_forger: Forger, value: Value) -> Value:
    """Open a contest that is not on the ballot."""
    selections = [{"value": 0, "nonce": "0" * 64}] * 3
    value["openings"].append({"contest": COUNCIL, "selections": selections})
    return value


def surplus_opening(_forger: Forger, value: Value) -> Value:
    """Open an option that does not exist."""
    value["openings"][0]["selections"].append({"value": 0, "nonce": "0" * 64})
    return value


def foreign_identifier(forger: Forger, value: Value) -> Value:
    """Use an identifier that does not follow from the author, with everything else made for it."""
    craft = Craft(identifier=bytes.fromhex(OTHER_HASH))
    return crafted(forger, "Ada", "Ada", YES, (1, 1, 0), craft=craft).ballot


PROOF_CASES = tuple(
    case
    for group, place, path, name in (
        ("V6", BRANCH, FIRST, "selection"),
        ("V7", LIMIT_BRANCH, LIMIT, "limit"),
    )
    for case in (
        Case(
            rows=f"{group}.B",
            name=f"a challenge of a {name} proof written as c + q",
            lies=Lies(
                ballots={"Ada": Craft(challenges={place: 7})}, say={"Ada": put(f"{path}.challenges.0", beyond_q)}
            ),
            refused=("Ada", "encoding.out_of_range"),
        ),
        Case(
            rows=f"{group}.C",
            name=f"a response of a {name} proof written as v + q",
            lies=Lies(ballots={"Ada": Craft(responses={place: 5})}, say={"Ada": put(f"{path}.responses.0", beyond_q)}),
            refused=("Ada", "encoding.out_of_range"),
        ),
        Case(
            rows=f"{group}.D",
            name=f"a {name} proof that does not hold",
            lies=say("Ada", f"{path}.responses.0", next_scalar),
            refused=("Ada", f"ballot.{name}_proof"),
        ),
        Case(
            rows=f"{group}.B",
            name=f"a challenge of a {name} proof written as c + q on a challenged ballot",
            lies=Lies(
                ballots={"challenge Cem": Craft(challenges={place: 7})},
                say={"challenge Cem": put(f"ballot.{path}.challenges.0", beyond_q)},
            ),
            refused=("challenge Cem", "encoding.out_of_range"),
        ),
        Case(
            rows=f"{group}.C",
            name=f"a response of a {name} proof written as v + q on a challenged ballot",
            lies=Lies(
                ballots={"challenge Cem": Craft(responses={place: 5})},
                say={"challenge Cem": put(f"ballot.{path}.responses.0", beyond_q)},
            ),
            refused=("challenge Cem", "encoding.out_of_range"),
        ),
        Case(
            rows=f"{group}.D",
            name=f"a {name} proof that does not hold on a challenged ballot",
            lies=say("challenge Cem", f"ballot.{path}.responses.0", next_scalar),
            refused=("challenge Cem", f"ballot.{name}_proof"),
        ),
    )
)

CASES = (
    Case(
        rows="V5.A",
        name="the identifier of an earlier ballot",
        lies=Lies(ballots={"Eva": Craft(salt=sha256(b"salt Eva at first").digest())}),
        refused=("Eva", "ballot.repeated_id"),
    ),
    Case(
        rows="V5.B",
        name="another identifier hash",
        lies=say("Ada", "identifier_hash", OTHER_HASH),
        refused=("Ada", "ballot.identifier_hash"),
    ),
    # V6.A and V7.A say the same of the same numbers, alone and as members of their contest: they fail together.
    Case(
        rows="V6.A V7.A",
        name="two ciphertexts of order 2q whose signs cancel in the sum",
        lies=Lies(ballots={"Ada": MINUS_ALPHA, "Ben": MINUS_ALPHA}),
        refused=("Ada", "ballot.not_in_group"),
    ),
    # What is opened is encrypted again as an element, so the foreign one can't come out of it.
    Case(
        rows="V6.A V7.A V13.B",
        name="a ciphertext of order 2q on a challenged ballot",
        lies=Lies(ballots={"challenge Cem": MINUS_ALPHA}),
        refused=("challenge Cem", "ballot.not_in_group"),
    ),
    *PROOF_CASES,
    Case(
        rows="V8.A",
        name="another contest hash",
        lies=Lies(say={"Ada": wrong_chi}),
        refused=("Ada", "ballot.contest_hash"),
    ),
    Case(
        rows="V8.A",
        name="another contest hash on a challenged ballot",
        lies=say("challenge Cem", "ballot.contests.1.contest_hash", OTHER_HASH),
        refused=("challenge Cem", "ballot.contest_hash"),
    ),
    Case(
        rows="V8.B",
        name="another confirmation code",
        lies=say("Ada", "confirmation_code", OTHER_HASH),
        refused=("Ada", "ballot.confirmation_code"),
    ),
    Case(
        rows="V13.B",
        name="a nonce that does not fit",
        lies=say("challenge Cem", "openings.1.selections.2.nonce", next_scalar),
        refused=("challenge Cem", "challenge.confirmation_code"),
    ),
    Case(
        rows="V13.B",
        name="a value that is not the encrypted one",
        lies=Lies(
            say={
                "challenge Cem": both(put("openings.0.selections.0.value", 0), put("openings.0.selections.1.value", 1))
            }
        ),
        refused=("challenge Cem", "challenge.confirmation_code"),
    ),
    Case(
        rows="V13.B",
        name="a nonce written as xi + q",
        lies=Lies(
            ballots={"challenge Cem": Craft(nonces={(1, 2): 5})},
            say={"challenge Cem": put("openings.0.selections.1.nonce", beyond_q)},
        ),
        refused=("challenge Cem", "encoding.out_of_range"),
    ),
    Case(
        rows="V14.A",
        name="openings in another order than the ballot's contests",
        lies=say("challenge Cem", "openings", swapped),
        refused=("challenge Cem", "challenge.missing_contest"),
    ),
    Case(
        rows="V14.A",
        name="an opened contest that is not on the ballot",
        lies=Lies(say={"challenge Jan": foreign_opening}),
        refused=("challenge Jan", "challenge.foreign_contest"),
    ),
    Case(
        rows="V14.B",
        name="a contest that stays closed",
        lies=Lies(say={"challenge Cem": drop("openings.1")}),
        refused=("challenge Cem", "challenge.missing_contest"),
    ),
    Case(
        rows="V14.C",
        name="an opened option too many",
        lies=Lies(say={"challenge Cem": surplus_opening}),
        refused=("challenge Cem", "challenge.surplus_option"),
    ),
    Case(
        rows="V14.D",
        name="an option that stays closed",
        lies=Lies(say={"challenge Cem": drop("openings.1.selections.2")}),
        refused=("challenge Cem", "challenge.missing_option"),
    ),
    # A ballot that truly holds a forbidden value has no proof of the right form that holds (soundness): V14.E comes
    # with V6.D, and V14.F with V7.D.
    Case(
        rows="V14.E V6.D",
        name="an opened value above the option limit",
        lies=Lies(say={"challenge Cem": challenged_value}),
        refused=("challenge Cem", "ballot.selection_proof"),
    ),
    Case(
        rows="V14.F V7.D",
        name="an opened sum above the selection limit",
        lies=Lies(say={"challenge Cem": challenged_sum}),
        refused=("challenge Cem", "ballot.limit_proof"),
    ),
    Case(
        rows="S.C",
        name="two votes for one option, proved with a branch too many",
        lies=Lies(say={"Ada": overvote}),
        refused=("Ada", "ballot.proof_structure"),
    ),
    Case(
        rows="S.C",
        name="a ballot without one of its contests",
        lies=Lies(say={"Ada": one_contest}),
        refused=("Ada", "ballot.contests"),
    ),
    Case(
        rows="E.C",
        name="a ballot of a key that is not on the roll",
        lies=Lies(after={"Ada": lambda forger: forger.act(cast("Zoe", YES, NOTHING))}),
        refused=("Zoe", "ballot.not_on_roll"),
    ),
    Case(
        rows="E.C",
        name="a ballot of a struck credential",
        lies=Lies(after={"Eva": lambda forger: forger.act(cast("Mia", YES))}),
        refused=("Mia", "ballot.removed_credential"),
    ),
    Case(
        rows="E.C",
        name="a ballot of a replaced credential",
        lies=Lies(after={"Ida": lambda forger: forger.act(cast("Leo", YES, step="Leo again"))}),
        refused=("Leo again", "ballot.removed_credential"),
    ),
    Case(
        rows="E.E",
        name="a second ballot where the manifest allows one",
        plan=ONCE,
        lies=Lies(after={"Cem": lambda forger: forger.act(cast("Ada", BLANK, step="Ada again"))}),
        refused=("Ada again", "ballot.already_cast"),
    ),
    Case(
        rows="E.E",
        name="a first ballot with number 2",
        lies=say("Ada", "number", 2),
        refused=("Ada", "ballot.number"),
    ),
    Case(
        rows="E.E",
        name="a second ballot with number 1",
        lies=say("Eva", "number", 1),
        refused=("Eva", "ballot.number"),
    ),
    Case(
        rows="E.E",
        name="a second ballot with number 3",
        lies=say("Eva", "number", 3),
        refused=("Eva", "ballot.number"),
    ),
    Case(
        rows="E.E",
        name="a new credential that goes on with the old one's numbers",
        lies=say("Leo II", "number", 2),
        refused=("Leo II", "ballot.number"),
    ),
    Case(
        rows="E.E",
        name="a ballot with number 2 where the manifest allows one",
        plan=ONCE,
        lies=say("Ada", "number", 2),
        refused=("Ada", "ballot.number"),
    ),
    Case(
        rows="E.F",
        name="an identifier that does not follow from the author",
        lies=Lies(say={"Ada": foreign_identifier}),
        refused=("Ada", "ballot.identifier"),
    ),
    Case(
        rows="E.G",
        name="the ciphertext component of an earlier ballot",
        lies=Lies(ballots={"Ben": Craft(nonces={(1, 1): NONCE_OF_ADA})}),
        refused=("Ben", "ballot.repeated_component"),
    ),
    Case(
        rows="E.G",
        name="the ciphertext component of a challenged ballot",
        lies=Lies(ballots={"Cem": Craft(nonces={(1, 2): draw(seeded("nonce challenge Cem 2 1"))})}),
        refused=("Cem", "ballot.repeated_component"),
    ),
    Case(
        rows="E.H",
        name="a proof commitment used twice",
        lies=Lies(
            ballots={"Ada": Craft(draws={(1, 1, 1): 12345}), "Ben": Craft(draws={(COUNCIL, 3, 0): 12345})},
        ),
        refused=("Ben", "ballot.repeated_commitment"),
    ),
    Case(
        rows="E.H",
        name="a proof commitment of a challenged ballot",
        lies=Lies(ballots={"Ada": Craft(draws={(1, 1, 1): 9}), "challenge Jan": Craft(draws={(1, 0, 1): 9})}),
        refused=("challenge Jan", "ballot.repeated_commitment"),
    ),
    Case(
        rows="E.I",
        name="a ballot of another district's style",
        lies=Lies(say={"Ida": other_style}),
        refused=("Ida", "ballot.wrong_style"),
    ),
    Case(
        rows="E.J",
        name="a challenged ballot more than the manifest allows",
        lies=Lies(
            after={"challenge Cem": lambda forger: forger.act(challenge("Cem", NO, NOTHING, step="Cem once more"))}
        ),
        refused=("Cem once more", "ballot.challenge_limit"),
    ),
)

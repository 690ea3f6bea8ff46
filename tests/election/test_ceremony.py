"""The key ceremony: honest it gives a key that any quorum opens; every falsehood names its author."""

import itertools
from collections.abc import Callable
from dataclasses import replace

import pytest

from evote.core.decryption_proof import combine, prove_partial_decryption, verify_partial_decryption
from evote.core.elgamal import Ciphertext, encrypt
from evote.core.group import Element, Group
from evote.core.hashed_elgamal import EncryptedShare, encrypt_share
from evote.core.hashing import Tag, encode_element, encode_index, encode_raw, hash_scalar
from evote.core.polynomial import share_verification_key
from evote.core.schnorr import GuardianProof
from evote.core.secret import SecretBytes
from evote.election.ceremony import (
    judge_complaint,
    make_election_keys,
    verify_trustee_keys,
    verify_trustee_shares,
)
from evote.election.ceremony_trustee import (
    decode_ceremony_secret,
    decode_key_share,
    encode_ceremony_secret,
    encode_key_share,
    make_ceremony_secret,
    make_complaint,
    receive_share,
    receive_shares,
)
from evote.election.records import TrusteeKeys, TrusteeShares
from evote.errors import EncodingError, ProtocolError
from tests.core.randomness import prepared, seeded
from tests.election.samples import Ceremony, increased


def share_of(all_shares: tuple[TrusteeShares, ...], sender: int, receiver: int) -> EncryptedShare:
    """Return one encrypted share of a list."""
    return dict(all_shares[sender - 1].shares)[receiver]


def put_share(
    all_shares: tuple[TrusteeShares, ...], sender: int, receiver: int, encrypted: EncryptedShare
) -> tuple[TrusteeShares, ...]:
    """Return the list with one share exchanged."""
    changed = replace(
        all_shares[sender - 1],
        shares=tuple((i, encrypted if i == receiver else share) for i, share in all_shares[sender - 1].shares),
    )
    return tuple(changed if shares.trustee == sender else shares for shares in all_shares)


def masked_share(held: Ceremony, sender: int, receiver: int, mask: bytes) -> EncryptedShare:
    """Encrypt the right values exclusive-or a mask of 64 bytes, with a valid proof, as a cheating sender can."""
    group, h_p = held.context.group, held.context.h_p
    xi, u = group.scalar(123456789), group.scalar(987654321)
    polynomials = held.secrets[sender - 1]
    honest = encrypt_share(
        group,
        h_p,
        sender,
        receiver,
        held.all_keys[receiver - 1].communication_key,
        polynomials.polynomial.evaluate(receiver),
        polynomials.data_polynomial.evaluate(receiver),
        prepared([xi.value, 1]),
    )
    c1 = bytes(a ^ b for a, b in zip(honest.c1, mask, strict=True))
    # c-bar = H_q(H_P; 0x12, i, l, gamma, C0, C1),  v-bar = u - c-bar * xi
    challenge = hash_scalar(
        group,
        h_p,
        Tag.SHARE_ENCRYPTION_PROOF,
        encode_index(sender),
        encode_index(receiver),
        encode_element(group.generator**u),
        encode_element(honest.c0),
        encode_raw(c1, 64),
    )
    return EncryptedShare(c0=honest.c0, c1=c1, challenge=challenge, response=u - challenge * xi)


def above_order(held: Ceremony, sender: int, receiver: int, position: int) -> EncryptedShare:
    """Encrypt q in place of the value (0: vote, 1: data), which is outside 0..q-1."""
    secret = held.secrets[sender - 1]
    polynomial = (secret.polynomial, secret.data_polynomial)[position]
    mask = polynomial.evaluate(receiver).expose() ^ held.context.group.order
    halves = [bytes(32), bytes(32)]
    halves[position] = mask.to_bytes(32, "big")
    return masked_share(held, sender, receiver, b"".join(halves))


ONE_BIT_VOTE = bytes(31) + b"\1" + bytes(32)
ONE_BIT_DATA = bytes(63) + b"\1"


def test_each_share_belongs_to_its_public_key(honest: Ceremony) -> None:
    """g^{z_i} is the Z_i that anyone computes from the commitments, and the same with hats."""
    g = honest.context.group.generator
    for i, key_share in enumerate(honest.key_shares, 1):
        z, data_z = key_share.share.expose(), key_share.data_share.expose()
        assert g**z == share_verification_key([keys.vote_commitments for keys in honest.all_keys], i)
        assert g**data_z == share_verification_key([keys.data_commitments for keys in honest.all_keys], i)


@pytest.mark.parametrize("chosen", [*itertools.combinations((1, 2, 3), 2), (1, 2, 3)])
def test_any_quorum_decrypts(honest: Ceremony, chosen: tuple[int, ...]) -> None:
    """Every set of at least k trustees opens a ciphertext under the joint key, with proofs that hold."""
    partials = decrypt(honest, chosen)

    assert combine(honest.context.group, sample_ciphertext(honest), partials) == honest.keys.vote_key**17


def test_fewer_than_the_quorum_decrypt_nothing(honest: Ceremony) -> None:
    """One trustee of three, two being needed, gets a value that has nothing to do with the vote."""
    partials = decrypt(honest, (2,))

    assert combine(honest.context.group, sample_ciphertext(honest), partials) != honest.keys.vote_key**17


def sample_ciphertext(held: Ceremony) -> Ciphertext:
    """Return an encryption of 17 under the joint key."""
    return encrypt(held.key_context.key, 17, held.context.group.scalar(4711))


def decrypt(held: Ceremony, chosen: tuple[int, ...]) -> dict[int, Element]:
    """Return the partial decryptions of the chosen trustees for a ciphertext of 17, each with its proof verified."""
    group, h_e = held.context.group, held.keys.h_e
    ciphertext = sample_ciphertext(held)
    partials = {}
    for i in chosen:
        z_key = share_verification_key([keys.vote_commitments for keys in held.all_keys], i)
        share = held.key_shares[i - 1].share
        proven = prove_partial_decryption(group, h_e, 1, 1, 1, i, share, z_key, ciphertext, seeded(f"decrypt {i}"))
        verify_partial_decryption(group, h_e, 1, 1, 1, i, z_key, ciphertext, proven)
        partials[i] = proven.value
    return partials


def drop_commitment(keys: TrusteeKeys) -> TrusteeKeys:
    """Publish one commitment less."""
    return replace(keys, vote_commitments=keys.vote_commitments[:1])


def drop_response(keys: TrusteeKeys) -> TrusteeKeys:
    """Publish one response less."""
    proof = keys.data_proof
    return replace(keys, data_proof=replace(proof, responses=proof.responses[:-1]))


def add_commitment(keys: TrusteeKeys) -> TrusteeKeys:
    """Publish a polynomial of higher degree."""
    return replace(keys, data_commitments=(*keys.data_commitments, keys.communication_key))


def spoil_vote_proof(keys: TrusteeKeys) -> TrusteeKeys:
    """Change a response of the vote proof."""
    return replace(keys, vote_proof=spoiled(keys.vote_proof))


def spoil_data_proof(keys: TrusteeKeys) -> TrusteeKeys:
    """Change a response of the data proof."""
    return replace(keys, data_proof=spoiled(keys.data_proof))


def swap_keys(keys: TrusteeKeys) -> TrusteeKeys:
    """Use the vote key and its proof as the data key: the label in the hash differs."""
    return replace(keys, data_commitments=keys.vote_commitments, data_proof=keys.vote_proof)


def take_name(keys: TrusteeKeys) -> TrusteeKeys:
    """Publish the keys of trustee 2 as trustee 3."""
    return replace(keys, trustee=3)


def spoiled(proof: GuardianProof) -> GuardianProof:
    """Return the proof with its last response changed."""
    return replace(proof, responses=increased(proof.responses, -1))


@pytest.mark.parametrize(
    ("change", "code", "culprit"),
    [
        (drop_commitment, "ceremony.commitment_count", "2"),
        (drop_response, "ceremony.commitment_count", "2"),
        (add_commitment, "ceremony.commitment_count", "2"),
        (spoil_vote_proof, "ceremony.key_proof", "2"),
        (spoil_data_proof, "ceremony.key_proof", "2"),
        (swap_keys, "ceremony.key_proof", "2"),
        (take_name, "ceremony.key_proof", "3"),
        (lambda keys: replace(keys, trustee=4), "ceremony.trustee_index", "4"),
        (lambda keys: replace(keys, trustee=0), "ceremony.trustee_index", "0"),
    ],
)
def test_wrong_keys_name_their_trustee(
    honest: Ceremony, change: Callable[[TrusteeKeys], TrusteeKeys], code: str, culprit: str
) -> None:
    """Counts (S.D) and both proofs (V2.C) are checked, and a copied key is not its copier's."""
    with pytest.raises(ProtocolError) as caught:
        verify_trustee_keys(honest.context, change(honest.all_keys[1]))

    assert (caught.value.code, caught.value.culprits) == (code, (culprit,))


def test_shares_go_to_every_other_trustee_in_order(honest: Ceremony) -> None:
    """A missing, repeated, disordered or own share is refused (S.D)."""
    first, second = honest.all_shares[0].shares
    for shares in ((first,), (first, first), (second, first), ((1, first[1]), second), (first, second, second)):
        with pytest.raises(ProtocolError) as caught:
            verify_trustee_shares(honest.context, replace(honest.all_shares[0], shares=shares))

        assert (caught.value.code, caught.value.culprits) == ("ceremony.share_receivers", ("1",))


def test_shares_of_no_trustee_are_refused(honest: Ceremony) -> None:
    """A sender outside 1..n is named (S.D)."""
    with pytest.raises(ProtocolError) as caught:
        verify_trustee_shares(honest.context, replace(honest.all_shares[0], trustee=4))

    assert caught.value.code == "ceremony.trustee_index"


def test_a_share_without_valid_proof_names_its_sender(honest: Ceremony) -> None:
    """Changed masked bytes, or a share meant for another receiver, fail the public check (D.B)."""
    to_two, to_three = share_of(honest.all_shares, 1, 2), share_of(honest.all_shares, 1, 3)
    changed = replace(to_two, c1=bytes(64))
    for encrypted in (changed, to_three):
        with pytest.raises(ProtocolError) as caught:
            verify_trustee_shares(honest.context, put_share(honest.all_shares, 1, 2, encrypted)[0])

        assert (caught.value.code, caught.value.culprits) == ("ceremony.share_proof", ("1",))


def test_a_receiver_checks_the_proof_too(honest: Ceremony) -> None:
    """A share without valid proof is refused as such, before its content is judged."""
    changed = replace(share_of(honest.all_shares, 1, 2), c1=bytes(64))
    with pytest.raises(ProtocolError) as caught:
        receive_share(honest.context, 2, honest.secrets[1], honest.all_keys[0], changed)

    assert (caught.value.code, caught.value.culprits) == ("ceremony.share_proof", ("1",))


@pytest.mark.parametrize("mask", [ONE_BIT_VOTE, ONE_BIT_DATA], ids=["vote", "data"])
def test_a_wrong_share_convicts_its_sender(honest: Ceremony, mask: bytes) -> None:
    """A share that passes every public check but holds another value is found, proved and judged."""
    wrong = put_share(honest.all_shares, 1, 3, masked_share(honest, 1, 3, mask))
    verify_trustee_shares(honest.context, wrong[0])

    with pytest.raises(ProtocolError) as caught:
        receive_shares(honest.context, 3, honest.secrets[2], honest.all_keys, wrong)

    assert (caught.value.code, caught.value.culprits) == ("ceremony.share_value", ("1",))
    complaint = make_complaint(honest.context, 3, honest.secrets[2], 1, share_of(wrong, 1, 3), seeded("complaint"))
    assert judge_complaint(honest.context, honest.all_keys, wrong, complaint) == 1


@pytest.mark.parametrize("position", [0, 1], ids=["vote", "data"])
def test_a_share_of_q_or_more_convicts_its_sender(honest: Ceremony, position: int) -> None:
    """q stands for 0 modulo q; it is no share, and the judge says so too."""
    wrong = put_share(honest.all_shares, 2, 1, above_order(honest, 2, 1, position))

    with pytest.raises(ProtocolError) as caught:
        receive_share(honest.context, 1, honest.secrets[0], honest.all_keys[1], share_of(wrong, 2, 1))

    assert (caught.value.code, caught.value.culprits) == ("ceremony.share_out_of_range", ("2",))
    complaint = make_complaint(honest.context, 1, honest.secrets[0], 2, share_of(wrong, 2, 1), seeded("complaint"))
    assert judge_complaint(honest.context, honest.all_keys, wrong, complaint) == 2


def test_a_complaint_about_a_right_share_convicts_the_complainer(honest: Ceremony) -> None:
    """Whoever complains about a right share is guilty."""
    share = share_of(honest.all_shares, 2, 1)
    complaint = make_complaint(honest.context, 1, honest.secrets[0], 2, share, seeded("complaint"))

    assert judge_complaint(honest.context, honest.all_keys, honest.all_shares, complaint) == 1


def test_a_complaint_without_proof_is_refused(honest: Ceremony) -> None:
    """With a beta of their choice a complainer could make any share look wrong; the proof stops that."""
    share = share_of(honest.all_shares, 2, 1)
    complaint = make_complaint(honest.context, 1, honest.secrets[0], 2, share, seeded("complaint"))
    false = replace(complaint, beta=complaint.beta * honest.context.group.generator)

    with pytest.raises(ProtocolError) as caught:
        judge_complaint(honest.context, honest.all_keys, honest.all_shares, false)

    assert (caught.value.code, caught.value.culprits) == ("ceremony.complaint_proof", ("1",))


@pytest.mark.parametrize("accused", [0, 1, 4])
def test_a_complaint_is_about_another_trustee(honest: Ceremony, accused: int) -> None:
    """Nobody can be convicted by a complaint about oneself or about an index without a trustee."""
    share = share_of(honest.all_shares, 2, 1)
    complaint = make_complaint(honest.context, 1, honest.secrets[0], 2, share, seeded("complaint"))

    with pytest.raises(ProtocolError) as caught:
        judge_complaint(honest.context, honest.all_keys, honest.all_shares, replace(complaint, accused=accused))

    assert (caught.value.code, caught.value.culprits) == ("ceremony.complaint_target", ("1",))


def test_a_secret_of_another_ceremony_is_noticed(group: Group, honest: Ceremony) -> None:
    """A trustee who loads the wrong secret file learns it before anything is added up."""
    other = make_ceremony_secret(group, 2, seeded("another ceremony"))

    with pytest.raises(ProtocolError) as caught:
        receive_shares(honest.context, 1, other, honest.all_keys, honest.all_shares)

    assert caught.value.code == "ceremony.own_keys"


def test_a_missing_share_names_its_sender(honest: Ceremony) -> None:
    """Without a share of everybody there is no key share."""
    with pytest.raises(ProtocolError) as caught:
        receive_shares(honest.context, 1, honest.secrets[0], honest.all_keys, honest.all_shares[:2])

    assert (caught.value.code, caught.value.culprits) == ("ceremony.missing_share", ("3",))


def test_joint_keys_are_the_products(honest: Ceremony) -> None:
    """K and K-hat multiply the first commitments of everybody (V3), and each key differs."""
    k1, k2, k3 = (keys.vote_commitments[0] for keys in honest.all_keys)
    d1, d2, d3 = (keys.data_commitments[0] for keys in honest.all_keys)

    assert honest.keys.vote_key == k1 * k2 * k3
    assert honest.keys.data_key == d1 * d2 * d3


def test_joint_keys_need_every_trustee_in_order(honest: Ceremony) -> None:
    """A missing, repeated or disordered trustee is refused."""
    one, two, three = honest.all_keys
    for some in ((one, two), (one, two, two), (two, one, three), (one, two, three, three)):
        with pytest.raises(ProtocolError) as caught:
            make_election_keys(honest.context, some)

        assert caught.value.code == "ceremony.missing_trustee"


def test_a_joint_key_of_one_is_refused(honest: Ceremony) -> None:
    """Keys that cancel each other would encrypt nothing."""
    one, two, three = honest.all_keys
    inverse = honest.context.group.identity / (one.vote_commitments[0] * two.vote_commitments[0])
    cancelling = replace(three, vote_commitments=(inverse, three.vote_commitments[1]))

    with pytest.raises(ProtocolError) as caught:
        make_election_keys(honest.context, (one, two, cancelling))

    assert caught.value.code == "ceremony.degenerate_key"


def test_h_g_covers_every_commitment(honest: Ceremony) -> None:
    """A commitment that does not touch the joint keys still changes what trustees confirm."""
    one, two, three = honest.all_keys
    changed = replace(three, vote_commitments=(three.vote_commitments[0], three.communication_key))
    keys = make_election_keys(honest.context, (one, two, changed))

    assert keys.vote_key == honest.keys.vote_key
    assert keys.h_g != honest.keys.h_g


def test_secrets_are_stored_and_read_back(group: Group, honest: Ceremony) -> None:
    """What a keystore holds gives the same secrets again."""
    secret, key_share = honest.secrets[1], honest.key_shares[1]
    read = decode_ceremony_secret(group, 2, encode_ceremony_secret(secret))
    read_share = decode_key_share(group, 2, encode_key_share(key_share))

    assert read.polynomial.coefficients == secret.polynomial.coefficients
    assert read.data_polynomial.coefficients == secret.data_polynomial.coefficients
    assert read.communication_secret == secret.communication_secret
    assert (read_share.share, read_share.data_share) == (key_share.share, key_share.data_share)


@pytest.mark.parametrize(
    ("data", "code"),
    [(bytes(63), "encoding.wrong_width"), (b"\xff" * 64, "encoding.out_of_range")],
    ids=["short", "above q"],
)
def test_a_damaged_key_share_is_refused(group: Group, data: bytes, code: str) -> None:
    """A stored share of another width or range is an error, never another share."""
    with pytest.raises(EncodingError) as caught:
        decode_key_share(group, 1, SecretBytes(data))

    assert caught.value.code == code


def test_secrets_do_not_print(honest: Ceremony) -> None:
    """Neither record shows a digit of what it holds."""
    secret, key_share = honest.secrets[0], honest.key_shares[0]
    shown = repr(secret) + repr(key_share)

    assert "redacted" in shown
    assert str(key_share.share.expose()) not in shown
    assert str(secret.communication_secret.expose()) not in shown

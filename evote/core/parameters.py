"""The group parameters of ElectionGuard 2.1.0 as constants.

*Spec*: section 3.1.1 (standard parameters).
*Idea*: p and q are primes with p - 1 = q * r, and g = 2^r mod p generates the subgroup Z_p^r of order q. p is the
smallest prime of the form 2^4096 - 2^3840 + 2^256 * (floor(2^3584 * ln 2) + delta) + 2^256 - 1 for which q divides
p - 1 and (p - 1) / (2q) is prime too, so that the only small subgroup is {1, -1} and nobody could choose p freely.
*Invariants*: a `GroupParameters` satisfies p - 1 = q * r and g^q = 1 != g. That p and q are prime is not tested at
run time; the tests do it for the constants below, and no other set is accepted outside the tests.
"""

from __future__ import annotations

from dataclasses import dataclass

from gmpy2 import powmod

VERSION = "v2.1.0"
"""The specification version that the parameter base hash H_P is keyed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupParameters:
    """Hold one set (p, q, g) of group parameters.

    Raises ValueError if q does not divide p - 1 or g does not have order dividing q. Does not test primality.
    """

    p: int
    q: int
    g: int

    def __post_init__(self) -> None:
        """Check the algebraic relations that cost one exponentiation."""
        if (self.p - 1) % self.q:
            raise ValueError("q does not divide p - 1")
        if not 1 < self.g < self.p or powmod(self.g, self.q, self.p) != 1:
            raise ValueError("g does not generate a subgroup of order q")

    @property
    def r(self) -> int:
        """Return the cofactor r = (p - 1) / q."""
        return (self.p - 1) // self.q

    @property
    def p_bytes(self) -> int:
        """Return the width of an encoded element in bytes (512 for the standard group)."""
        return (self.p.bit_length() + 7) // 8

    @property
    def q_bytes(self) -> int:
        """Return the width of an encoded scalar in bytes (32 for the standard group)."""
        return (self.q.bit_length() + 7) // 8


# q = 2^256 - 189, the largest 256-bit prime.
_Q_HEX = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff43"

# The 4096-bit prime p, built from the binary digits of ln 2.
_P_HEX = (
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffb17217f7d1cf79abc9e3b39803f2f6af"
    "40f343267298b62d8a0d175b8baafa2be7b876206debac98559552fb4afa1b10ed2eae35c138214427573b291169b825"
    "3e96ca16224ae8c51acbda11317c387eb9ea9bc3b136603b256fa0ec7657f74b72ce87b19d6548caf5dfa6bd38303248"
    "655fa1872f20e3a2da2d97c50f3fd5c607f4ca11fb5bfb90610d30f88fe551a2ee569d6dfc1efa157d2e23de1400b396"
    "17460775db8990e5c943e732b479cd33cccc4e659393514c4c1a1e0bd1d6095d25669b333564a3376a9c7f8a5e148e82"
    "074db6015cfe7aa30c480a5417350d2c955d5179b1e17b9dae313cdb6c606cb1078f735d1b2db31b5f50b5185064c18b"
    "4d162db3b365853d7598a1951ae273ee5570b6c68f96983496d4e6d330af889b44a02554731cdc8ea17293d1228a4ef9"
    "8d6f5177fbcf0755268a5c1f9538b98261affd446b1ca3cf5e9222b88c66d3c5422183edc99421090bbb16faf3d949f2"
    "36e02b20cee886b905c128d53d0bd2f9621363196af503020060e49908391a0c57339ba2beba7d052ac5b61cc4e9207c"
    "ef2f0ce2d7373958d762265890445744fb5f2da4b751005892d356890defe9cad9b9d4b713e06162a2d8fdd0df2fd608"
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
)

# g = 2^r mod p.
_G_HEX = (
    "36036fed214f3b50dc566d3a312fe4131fee1c2bce6d02ea39b477ac05f7f885f38cfe77a7e45acf4029114c4d7a9bfe"
    "058bf2f995d2479d3dda618ffd910d3c4236ab2cfdd783a5016f7465cf59bbf45d24a22f130f2d04fe93b2d58bb9c1d1"
    "d27fc9a17d2af49a779f3ffbdca22900c14202ee6c99616034be35cbcdd3e7bb7996adfe534b63cca41e21ff5dc778eb"
    "b1b86c53bfbe99987d7aea0756237fb40922139f90a62f2aa8d9ad34dff799e33c857a6468d001acf3b681db87dc4242"
    "755e2ac5a5027db81984f033c4d178371f273dbb4fcea1e628c23e52759bc7765728035cea26b44c49a65666889820a4"
    "5c33dd37ea4a1d00cb62305cd541be1e8a92685a07012b1a20a746c3591a2db3815000d2aaccfe43dc49e828c1ed7387"
    "466afd8e4bf1935593b2a442eec271c50ad39f733797a1ea11802a2557916534662a6b7e9a9e449a24c8cff809e79a4d"
    "806eb681119330e6c57985e39b200b4893639fdfdea49f76ad1acd997eba13657541e79ec57437e504eda9dd01106151"
    "6c643fb30d6d58afccd28b73feda29ec12b01a5eb86399a593a9d5f450de39cb92962c5ec6925348db54d128fd99c14b"
    "457f883ec20112a75a6a0581d3d80a3b4ef09ec86f9552ffda1653f133aa2534983a6f31b0ee4697935a6b1ea2f75b85"
    "e7eba151ba486094d68722b054633fec51ca3f29b31e77e317b178b6b9d8ae0f"
)

STANDARD = GroupParameters(p=int(_P_HEX, 16), q=int(_Q_HEX, 16), g=int(_G_HEX, 16))
"""The only parameters that an election record may use (section 3.1.1)."""

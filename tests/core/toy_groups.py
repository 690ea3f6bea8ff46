"""Small groups for exhaustive tests; they are worthless as protection and exist in the tests only.

Constants: ElectionGuard 2.1.0, appendix "Test parameters" (the 24-bit q corrected to 2^24 - 3, see parameters test).
"""

from evote.core.parameters import GroupParameters

TOY_16 = GroupParameters(p=0xE72F, q=0x7F, g=0x7F68)
TOY_64 = GroupParameters(p=0xFFF93F356A395FFF, q=0xFFFFFD, g=0xCCCCA8BCC08F3688)
TOY_256 = GroupParameters(
    p=0xFFFFFFFFFFFFFFFF93C467E37DB1212B89995855493FF059FFFFFFFFFFFFFFFF,
    q=0xFFFFFFFFFFFFFFC5,
    g=0x3B5431669E3E4893DF745C67CDCFD95CCDDA224878A3CD5D3226F75CC5A95638,
)

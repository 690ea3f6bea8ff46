"""Rows V1, V3, V4, V8.C, V8.D: parameters, base hashes, joint keys, device.

*Spec*: docs/protocol.md, sections 2 and 6; EG verifications 1, 3, 4, 8.
"""

from verifier.election import Election, base_hashes, number
from verifier.group import G, P, Q
from verifier.ledger import Ledger

V1_ROWS = ("V1.A", "V1.B", "V1.C", "V1.D", "V1.E", "V1.F")
KEY_ROWS = ("V3.A", "V3.B", "V4.A", "V8.C", "V8.D")


def check_parameters(election: Election, ledger: Ledger) -> None:
    """Evaluate V1."""
    item, manifest = election.single("election.parameters"), election.manifest
    if manifest is not None:
        _, h_b = base_hashes(manifest, election.manifest_bytes)
        ledger.check("V1.F", election.scope == h_b, "the election id is not H_B")
    if item is None:
        for row in V1_ROWS:
            ledger.absent(row, "no election.parameters in the record")
        return
    if item.value is None or manifest is None:
        ledger.unevaluated_rows(V1_ROWS, "election.parameters or the manifest can't be read")
        return
    value = item.value
    place = f"entry {item.entry} (election.parameters)"
    h_p, h_b = base_hashes(manifest, election.manifest_bytes)
    ledger.check("V1.A", value["version"] == "v2.1.0", f"{place}: version", entry=item.entry)
    ledger.check("V1.B", number(value["p"]) == P, f"{place}: p", entry=item.entry)
    ledger.check("V1.C", number(value["q"]) == Q, f"{place}: q", entry=item.entry)
    ledger.check("V1.D", number(value["g"]) == G, f"{place}: g", entry=item.entry)
    same = value["h_p"] == h_p.hex() and (value["n"], value["k"]) == (manifest.n, manifest.quorum)
    ledger.check("V1.E", same, f"{place}: H_P, n or k", entry=item.entry)
    ledger.check("V1.F", value["h_b"] == h_b.hex(), f"{place}: H_B", entry=item.entry)


def check_keys(election: Election, ledger: Ledger) -> None:
    """Evaluate V3, V4, V8.C and V8.D on what ``election.keys`` and ``election.close`` publish."""
    item, keys = election.single("election.keys"), election.keys
    closing = election.single("election.close")
    if closing is not None:
        if closing.value is None or keys is None:
            ledger.unevaluated("V4.A", "election.close or what H_E follows from can't be read")
        else:
            same = closing.value["h_e"] == keys.h_e.hex()
            ledger.check("V4.A", same, f"entry {closing.entry} (election.close): H_E", entry=closing.entry)
    if item is None:
        for row in KEY_ROWS:
            ledger.absent(row, "no election.keys in the record")
        return
    if item.value is None or keys is None:
        ledger.unevaluated_rows(KEY_ROWS, "election.keys or what it follows from can't be read")
        return
    value, place = item.value, f"entry {item.entry} (election.keys)"
    if keys.from_trustees:
        for row, name, product in (("V3.A", "vote_key", keys.vote_key), ("V3.B", "data_key", keys.data_key)):
            ledger.check(row, number(value[name]) == product, f"{place}: {name}", entry=item.entry)
            # every t would satisfy T = K^t for K = 1
            ledger.check(row, product != 1, f"{place}: {name} is 1", entry=item.entry)
    else:
        ledger.unevaluated_rows(("V3.A", "V3.B"), "not every trustee's keys can be read")
    ledger.check("V4.A", value["h_e"] == keys.h_e.hex(), f"{place}: H_E", entry=item.entry)
    ledger.check("V8.C", value["device_hash"] == keys.h_di.hex(), f"{place}: H_DI", entry=item.entry)
    ledger.check("V8.D", value["chaining_field"] == keys.b_c.hex(), f"{place}: B_C", entry=item.entry)

"""The report as JSON, for other programs. Field names are those of ``findings``."""

import json
from dataclasses import asdict

from verifier.findings import Report


def render_json(report: Report) -> str:
    """Return the report as one JSON object with the verdict first."""
    return json.dumps({"verified": report.verified, **asdict(report)}, ensure_ascii=False, indent=1) + "\n"

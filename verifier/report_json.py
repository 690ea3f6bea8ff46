"""The report as JSON, for other programs. Field names are those of ``findings``."""

import json
from dataclasses import asdict

from verifier.findings import Report


def render_json(report: Report) -> str:
    """Return the report as one JSON object with the verdict first."""
    findings = [asdict(finding) for finding in report.complete_findings]
    fields = {"verified": report.verified, "verdict": report.verdict, **asdict(report), "findings": findings}
    return json.dumps(fields, ensure_ascii=False, indent=1) + "\n"

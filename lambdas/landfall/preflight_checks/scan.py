"""What ECR found in an image, and whether a service lets it be released. Decided before anything is touched.

Basic and enhanced scanning (Amazon Inspector) answer differently: basic ends COMPLETE; enhanced COMPLETE where it scans
on push and ACTIVE where it goes on scanning. Either may be said before the findings are there, without a word of when
(https://github.com/aws/aws-sdk/issues/289), which is no scan yet. An index is never scanned, its images are
(https://github.com/aws/containers-roadmap/issues/1683).
Sources: ECR API reference, DescribeImageScanFindings, ImageScanStatus and ImageScanFindings; ECR user guide,
"Troubleshooting image scanning".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from landfall.model import Verdict, failed, wait
from landfall.settings import Service

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
"""That can be refused, the worst first. What is INFORMATIONAL, UNDEFINED or UNTRIAGED is no evidence (law 8)."""
OFF, WARN, REFUSE = "off", "warn", "refuse "
DONE = ("COMPLETE", "ACTIVE")
NEVER = ("FAILED", "UNSUPPORTED_IMAGE", "SCAN_ELIGIBILITY_EXPIRED", "LIMIT_EXCEEDED", "IMAGE_ARCHIVED")
"""Ends of a scan that no waiting changes. Of all other states, and of none, more may come."""
PENDING = "SCAN_PENDING"


@dataclass(frozen=True)
class Scan:
    """What ECR says of the scan of one image. `status` is empty where it knows none; `counts` are by severity.

    `told`: there is something that only a scan can tell, be it the time at which it ended.
    """

    digest: str
    status: str = ""
    description: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    told: bool = False

    @property
    def over(self) -> bool:
        """Say whether it is known what was found."""
        return self.status in DONE and self.told


@dataclass(frozen=True)
class Judged:
    """A verdict that keeps the release from going on, or none; and what people are warned of."""

    verdict: Verdict | None = None
    warning: str = ""


def judge(scans: Sequence[Scan], settings: Service, look: int) -> Judged:
    """Judge the scans of the images that tasks would run. At look `scan_attempts` it is decided, whatever is known."""
    limits, refused = settings.limits, _refused(settings.scan)
    bad = next(filter(None, (_counted(scan, refused) for scan in scans)), "")
    if bad:
        return Judged(failed("SCAN_FINDINGS", f"{bad}; {_way_out(settings)}"))
    open_ = [scan for scan in scans if not scan.over]
    if any(scan.status not in NEVER for scan in open_) and look < limits.scan_attempts:
        reason = f"ECR has not scanned the image yet: {_states(open_)}"
        return Judged(wait(PENDING, reason, limits.scan_interval_seconds))
    unknown = [scan for scan in open_ if scan.status not in DONE]
    if unknown and refused:
        return Judged(failed("SCAN_UNKNOWN", f"ECR did not scan the image: {_states(unknown)}; {_mend(settings)}"))
    told = [f"not scanned: {_states(unknown)}"] if unknown else []
    told += [f"no findings, and no word of when: {_states([s])}" for s in open_ if s.status in DONE]
    told += [worse for scan in scans if settings.scan == WARN and (worse := _counted(scan, SEVERITIES[:2]))]
    return Judged(None, f"image scan: {'; '.join(told)}" if told else "")


def _refused(setting: str) -> tuple[str, ...]:
    """Return the severities that refuse a release: the one that is named, and worse."""
    named = setting.removeprefix(REFUSE)
    return SEVERITIES[: SEVERITIES.index(named) + 1] if named in SEVERITIES else ()


def _counted(scan: Scan, severities: Sequence[str]) -> str:
    found = [f"{scan.counts[each]} {each}" for each in severities if scan.counts.get(each, 0) > 0]
    return f"the scan of {scan.digest} found {' and '.join(found)}" if found else ""


def _states(scans: Sequence[Scan]) -> str:
    said = (f"{s.status or 'no scan'}{f' ({s.description})' if s.description else ''}" for s in scans)
    return "; ".join(f"{scan.digest} has {text}" for scan, text in zip(scans, said, strict=True))


def _way_out(settings: Service) -> str:
    return f"see them in ECR, mend the image and push again, or change services.{settings.name}.scan"


def _mend(settings: Service) -> str:
    return (
        f"switch on scanning on push of repository {settings.repository!r}, or set services.{settings.name}.scan to"
        " 'warn' where it can't be scanned"
    )

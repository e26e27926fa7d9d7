"""Makes a target's health check, with results in the terms of DescribeTargetHealth."""

from __future__ import annotations

import http.client
import socket
import ssl
from dataclasses import dataclass
from typing import Any

Settings = dict[str, Any]  # a target group's record, as the API describes it
Key = tuple[str, str, int]  # target group ARN, address, port


@dataclass(frozen=True)
class Health:
    """A target's state, with the reason code and description that DescribeTargetHealth gives for it."""

    state: str
    reason: str = ""
    description: str = ""


REGISTERING = Health("initial", "Elb.RegistrationInProgress", "Target registration is in progress")
CHECKING = Health("initial", "Elb.InitialHealthChecking", "Initial health checks in progress")
HEALTHY = Health("healthy")
TIMED_OUT = Health("unhealthy", "Target.Timeout", "Request timed out")
FAILED = Health("unhealthy", "Target.FailedHealthChecks", "Health checks failed")
DRAINING = Health("draining", "Target.DeregistrationInProgress", "Target deregistration is in progress")
NOT_REGISTERED = Health("unused", "Target.NotRegistered", "Target is not registered to the target group")
NOT_IN_USE = Health(
    "unused", "Target.NotInUse", "Target group is not configured to receive traffic from the load balancer"
)


def matches(matcher: str, code: int) -> bool:
    """Say whether a code is in a matcher such as ``200``, ``200,204`` or ``200-299``."""
    for part in matcher.split(","):
        low, _, high = part.strip().partition("-")
        if int(low) <= code <= int(high or low):
            return True
    return False


def check(group: Settings, address: str, port: int) -> Health:
    """Make one health check. A Network Load Balancer gives one reason for all failures (API_TargetHealth)."""
    found = _connected(group, address, port) if group["HealthCheckProtocol"] == "TCP" else _asked(group, address, port)
    of_application = group.get("Protocol", "HTTP") in ("HTTP", "HTTPS")
    return found if of_application or found.state == "healthy" else FAILED


def _port(group: Settings, port: int) -> int:
    wanted = str(group["HealthCheckPort"])
    return port if wanted == "traffic-port" else int(wanted)


def _connected(group: Settings, address: str, port: int) -> Health:
    """Say whether a target accepts a connection: a TCP check needs no more."""
    timeout = float(group["HealthCheckTimeoutSeconds"])
    try:
        socket.create_connection((address, _port(group, port)), timeout).close()
    except OSError:
        return FAILED
    return HEALTHY


def _asked(group: Settings, address: str, port: int) -> Health:
    """Ask a target over HTTP. As on AWS, it neither follows redirects nor verifies certificates."""
    port = _port(group, port)
    timeout = float(group["HealthCheckTimeoutSeconds"])
    if group["HealthCheckProtocol"] == "HTTPS":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            address, port, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(address, port, timeout=timeout)
    try:
        connection.request("GET", group["HealthCheckPath"], headers={"User-Agent": "ELB-HealthChecker/2.0"})
        code = connection.getresponse().status
    except TimeoutError:
        return TIMED_OUT
    except (OSError, http.client.HTTPException):
        return FAILED
    finally:
        connection.close()
    if matches(group["Matcher"]["HttpCode"], code):
        return HEALTHY
    return Health("unhealthy", "Target.ResponseCodeMismatch", f"Health checks failed with these codes: [{code}]")

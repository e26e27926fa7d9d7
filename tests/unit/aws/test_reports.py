"""Many reports are looked for by few lists, which say what a look for each would say."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from landfall.aws.reports import Reports

BUCKET = "reports"


class S3:
    """A bucket that lists its keys in their order, as S3 does."""

    def __init__(self, keys: set[str]) -> None:
        self.keys, self.lists = sorted(keys), 0

    def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
        """Return the first keys after a key that begin so."""
        assert asked["Bucket"] == BUCKET
        self.lists += 1
        after, most = asked.get("StartAfter", ""), asked.get("MaxKeys", 1000)
        fit = [key for key in self.keys if key.startswith(asked["Prefix"]) and key > after]
        return {"Contents": [{"Key": key} for key in fit[:most]], "IsTruncated": len(fit) > most}


KEYS = st.sampled_from(["a", "ab"]) | st.builds(
    lambda service, name, file: f"{service}/{name}/{file}",
    st.sampled_from(["a", "ab", "b"]),
    st.text("01-_x", max_size=3),
    st.sampled_from(["report.json", "report.md", "z"]),
)


@given(st.sets(KEYS, max_size=30), st.sets(KEYS, max_size=12))
def test_a_list_of_many_says_what_each_would_say(there: set[str], wanted: set[str]) -> None:
    """Whatever lies between them, and in however many folders."""
    reports = Reports(S3(there), BUCKET)
    uris = {f"s3://{BUCKET}/{key}" for key in wanted}
    assert reports.holding(uris) == {uri for uri in uris if reports.has(uri.removeprefix(f"s3://{BUCKET}/"))}


def test_the_newest_reports_of_a_service_take_one_list() -> None:
    """Fifty of them, of two files each, whatever number lies before and after them."""
    keys = {f"sample/{n:05}/{file}" for n in range(500) for file in ("report.json", "report.md")}
    s3 = S3(keys | {f"sample/_chain/{n:010}.json" for n in range(2000)})
    wanted = {f"s3://{BUCKET}/sample/{n:05}/report.md" for n in range(440, 490)}
    assert Reports(s3, BUCKET).holding(wanted) == wanted
    assert s3.lists == 1


def test_reports_that_lie_far_apart_take_a_list_each_at_most() -> None:
    """Thousands of others between them are not read."""
    keys = {f"sample/{n:05}/{file}" for n in range(9000) for file in ("report.json", "report.md")}
    s3 = S3(keys)
    wanted = {f"s3://{BUCKET}/sample/{n:05}/report.md" for n in (1, 4000, 8000)}
    gone = f"s3://{BUCKET}/sample/04000/other.md"
    assert Reports(s3, BUCKET).holding({*wanted, gone}) == wanted
    assert s3.lists <= 4


def test_an_empty_page_is_not_the_end() -> None:
    """S3 may answer with no keys and say that there are more: what was looked for is then looked for alone."""

    class Sparse(S3):
        def list_objects_v2(self, **asked: Any) -> dict[str, Any]:
            if "StartAfter" in asked:
                return {"IsTruncated": True}
            return super().list_objects_v2(**asked)

    there, gone = (f"s3://{BUCKET}/sample/{name}/report.md" for name in ("there", "gone"))
    assert Reports(Sparse({"sample/there/report.md"}), BUCKET).holding([there, gone]) == {there}


def test_another_bucket_is_not_asked() -> None:
    """An object of another bucket is assumed to exist."""
    s3 = S3(set())
    assert Reports(s3, BUCKET).holding(["s3://elsewhere/report.md"]) == {"s3://elsewhere/report.md"}
    assert Reports(s3, BUCKET).holding([]) == frozenset()
    assert s3.lists == 0

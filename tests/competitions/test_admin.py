"""The Django admin of competitions: who sees what, and the same rules as everywhere."""

from __future__ import annotations

import io
import json
from datetime import timedelta

import pytest
from django.contrib.admin.sites import site
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from freezegun import freeze_time

from competitions import admin_hooks as hooks
from competitions.exceptions import SlugFrozen
from competitions.models import (
    Baseline,
    Bracket,
    BracketEntry,
    Competition,
    CrewInvitation,
    DataFile,
    DataPreview,
    DataUpload,
    Departure,
    GradeRule,
    Helper,
    Page,
    Phase,
    PlannedPublication,
    RankInterval,
    RosterEntry,
    RulesAcceptance,
    SearchName,
    Solution,
    Team,
)
from competitions.organising.editing import edit_competition
from competitions.solution.services import replace_solution
from tests.factories import (
    AFTER,
    ENDS,
    NOON,
    STARTS,
    CompetitionFactory,
    TeamFactory,
    UserFactory,
    standing_of,
    submits,
)

pytestmark = pytest.mark.django_db

CSV = b"id,target,Usage\n1,41.5,Public\n2,42.5,Public\n3,43.5,Private\n"
MODELS = [model for model in site._registry if model._meta.app_label == "competitions"]


@pytest.fixture
def boss():
    return UserFactory(is_staff=True, is_superuser=True)


@pytest.fixture
def host():
    return UserFactory(is_staff=True)


@pytest.fixture
def cup(host):
    return CompetitionFactory(title="Cup", hosts=[host])


@pytest.fixture
def sign_in():
    def sign_in(user):
        client = Client()
        client.force_login(user)
        return client

    return sign_in


def admin_url(model, action, *args):
    return reverse(f"admin:competitions_{model}_{action}", args=args)


def form_of(competition, **changes):
    """What the browser posts back when only `changes` were typed."""
    moments = {
        name: getattr(competition.bearer_of(name), name)
        for name in ("starts_at", "ends_at", "entry_deadline", "merge_deadline")
    }
    moments |= {name: changes.pop(name) for name in list(changes) if name in moments}
    body = {
        "pages-TOTAL_FORMS": 0,
        "pages-INITIAL_FORMS": 0,
        "brackets-TOTAL_FORMS": 0,
        "brackets-INITIAL_FORMS": 0,
        "title": competition.title,
        "slug": competition.slug,
        "summary": "",
        "emoji": "",
        "hosts": [host.pk for host in competition.hosts.all()] if competition.pk else [],
        "time_zone": "UTC",
        "is_published": "on",
        "publish_anyway": "on",
        "visibility": "public",
        "rules_version": 1,
        "max_team_size": 5,
        "merge_bound": "by_now",
        "board_audience": "everybody",
        "metric": competition.phase.metric,
        "score_digits": 5,
        "metric_params": "{}",
        "daily_submission_limit": 5,
        "limit_resets_at": "00:00:00",
        "selectable_submissions": 2,
        "allows_late_submissions": "on",
        "objection_minutes": 60,
        "awards_medals": "on",
        "combined_rule": competition.combined_rule,
        "combined_points": json.dumps(competition.combined_points),
        "combined_weight": 1 if competition.pk is None else competition.phase.combined_weight,
    }
    for name, value in moments.items():
        body |= {f"{name}_0": f"{value:%Y-%m-%d}" if value else "", f"{name}_1": f"{value:%H:%M:%S}" if value else ""}
    return body | changes


def change(client, competition, **changes):
    url = admin_url("competition", "change", competition.pk)
    return client.post(url, form_of(competition, **changes))


def errors_of(response):
    form = response.context["adminform"].form if "adminform" in response.context else response.context["form"]
    return {name: [error.code for error in errors] for name, errors in form.errors.as_data().items()}


# --- who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_every_list_and_page_opens(sign_in, boss, cup, model, client_of):
    team = TeamFactory(competition=cup)
    submits(team, 0.5)
    replace_solution(phase=cup.phase, file=io.BytesIO(CSV), filename="s.csv", by=None, at=NOON)
    client, name = sign_in(boss), model._meta.model_name
    listed = client.get(admin_url(name, "changelist") + "?q=x")
    assert listed.status_code == 200
    assert client.get(admin_url(name, "changelist")).status_code == 200
    for row in model.objects.all()[:1]:
        assert client.get(admin_url(name, "change", row.pk)).status_code == 200


def test_a_large_upload_can_be_looked_at(sign_in, host, cup):
    upload = DataUpload.objects.create(
        competition=cup,
        user=host,
        name="big.csv",
        size=2**40,
        part_size=2**24,
        key="k",
        created_at=NOON,
        expires_at=NOON,
    )
    page = sign_in(host).get(admin_url("dataupload", "change", upload.pk)).content.decode()
    assert "big.csv" in page
    assert "1.0" in page


def test_no_model_of_the_room_is_forgotten():
    from django.apps import apps

    own = {model for model in apps.get_app_config("competitions").get_models() if not model._meta.auto_created}
    made_elsewhere = {Page, Phase, Bracket, BracketEntry, SearchName, Baseline, RankInterval, DataPreview}
    made_elsewhere |= {Helper, CrewInvitation, PlannedPublication, RosterEntry, GradeRule}  # in the web app
    assert own - set(MODELS) == made_elsewhere, "edited with something else, or made by jobs and acts alone"


def test_hosts_on_the_staff_see_their_competitions(sign_in, host, cup):
    other = CompetitionFactory(title="Elsewhere")
    TeamFactory(competition=other, name="Strangers")
    client = sign_in(host)
    listed = client.get(admin_url("competition", "changelist")).content.decode()
    assert "Cup" in listed
    assert "Elsewhere" not in listed
    assert "Strangers" not in client.get(admin_url("team", "changelist")).content.decode()
    assert client.get(admin_url("competition", "change", other.pk)).status_code == 302
    assert change(client, other, title="Stolen").status_code in (302, 403)
    assert Competition.objects.get(pk=other.pk).title == "Elsewhere"


def test_staff_with_the_permission_see_all(sign_in, cup):
    editor = UserFactory(is_staff=True)
    editor.user_permissions.set(Permission.objects.filter(content_type__app_label="competitions"))
    client = sign_in(editor)
    assert change(client, cup, title="Better").status_code == 302
    assert Competition.objects.get().title == "Better"


def test_staff_without_see_nothing(sign_in, cup):
    client = sign_in(UserFactory(is_staff=True))
    assert "Cup" not in client.get(admin_url("competition", "changelist")).content.decode()
    assert client.get(admin_url("solution", "add")).status_code == 403


def test_others_do_not_get_in(sign_in, cup):
    cup.hosts.add(nobody := UserFactory())
    assert sign_in(nobody).get(admin_url("competition", "changelist")).status_code == 302


# --- the list ---------------------------------------------------------------------------------------------------------
def test_the_list_tells_state_teams_and_submissions(sign_in, boss, cup):
    submits(TeamFactory(competition=cup), 0.5)
    TeamFactory(competition=cup)
    row = sign_in(boss).get(admin_url("competition", "changelist")).context["cl"].queryset.get()
    assert (row.team_count, row.submission_count) == (2, 1)


@pytest.mark.parametrize(("state", "shown"), [("running", ["Cup"]), ("finished", []), ("nonsense", ["Cup"])])
def test_filtered_by_state(sign_in, boss, cup, state, shown):
    page = sign_in(boss).get(admin_url("competition", "changelist") + f"?state={state}")
    assert [one.title for one in page.context["cl"].queryset] == shown


def test_rooms_to_the_right_add_columns_and_context(sign_in, boss, cup, monkeypatch):
    monkeypatch.setattr(hooks, "columns", [lambda competition: f"column of {competition.title}"])
    monkeypatch.setattr(hooks, "contexts", [lambda request, competition: {"from_elsewhere": competition.slug}])
    client = sign_in(boss)
    assert "column of Cup" in client.get(admin_url("competition", "changelist")).content.decode()
    page = client.get(admin_url("competition", "change", cup.pk))
    assert page.context["from_elsewhere"] == cup.slug


def test_organisers_get_their_participants_as_csv(sign_in, host, cup):
    whales = TeamFactory(competition=cup, name="=whales()", owner__username="alice")
    submits(whales, 0.25, private_score=0.777)
    RulesAcceptance.objects.create(competition=cup, user=whales.owner, version=2, accepted_at=NOON)
    other = TeamFactory(owner__username="stranger").competition
    body = {"action": "export_participants", "_selected_action": [cup.pk, other.pk]}
    answer = sign_in(host).post(admin_url("competition", "changelist"), body)
    text = b"".join(answer.streaming_content).decode()
    assert text.splitlines()[1:] == [f"{cup.slug},alice,alice,'=whales(),True,{STARTS.isoformat()},2,1,0.25,"]


# --- editing ----------------------------------------------------------------------------------------------------------
def test_a_new_competition_is_hosted_by_who_made_it(sign_in, boss):
    draft = CompetitionFactory.build(title="New", slug="brand-new")
    page = {
        "pages-TOTAL_FORMS": 1,
        "pages-0-title": "Overview",
        "pages-0-slug": "overview",
        "pages-0-body": "Hi",
        "pages-0-position": 0,
    }
    response = sign_in(boss).post(admin_url("competition", "add"), form_of(draft, **page))
    assert response.status_code == 302, errors_of(response)
    made = Competition.objects.get(slug="brand-new")
    assert list(made.hosts.all()) == [boss]
    assert [page.slug for page in made.pages.all()] == ["overview"]


def test_whoever_is_of_the_staff_may_make_one(sign_in):
    maker = UserFactory(is_staff=True)
    client = sign_in(maker)
    assert client.get(admin_url("competition", "add")).status_code == 200
    new = CompetitionFactory.build(title="Hackathon", slug="hackathon", created_at=NOON)
    assert client.post(admin_url("competition", "add"), form_of(new)).status_code == 302
    assert list(Competition.objects.get(slug="hackathon").hosts.all()) == [maker]


@pytest.mark.parametrize("model", [*site._registry], ids=lambda model: model._meta.label_lower)
def test_no_list_tells_a_host_of_a_draft_of_others(sign_in, host, cup, model):
    CompetitionFactory(title="Second Cup", hosts=[host])
    CompetitionFactory(title="Secret Draft", slug="secret-draft", is_published=False)
    page = sign_in(host).get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
    assert page.status_code in (200, 403)
    assert "secret" not in page.content.decode().lower()
    # Two of one's own are to choose from, as before.
    filters = getattr(page, "context", None) and page.context.get("cl") and page.context["cl"].filter_specs
    choices = [label for one in filters or [] if one.title == "competition" for _pk, label in one.lookup_choices]
    assert choices in ([], ["Cup", "Second Cup"], ["Second Cup", "Cup"])


def test_the_way_to_the_site_is_open_for_rows_that_one_may_see(sign_in, boss, host, cup):
    draft = CompetitionFactory(slug="secret-draft", is_published=False)
    kind = ContentType.objects.get_for_model(Competition).pk

    def way(user, pk, kind=kind):
        answer = sign_in(user).get(f"/admin/r/{kind}/{pk}/")
        return answer.status_code, answer.headers.get("Location")

    assert way(host, cup.pk) == (302, f"/competitions/{cup.slug}")
    assert way(boss, draft.pk) == (302, "/competitions/secret-draft")
    assert way(host, draft.pk) == way(host, 10**30) == way(host, "x") == way(host, cup.pk, kind=0) == (404, None)


def test_a_host_finds_other_hosts_by_name_and_not_by_address(sign_in, host, cup):
    UserFactory(username="helper", email="secret@example.net")
    UserFactory(username="helper2", is_active=False)
    field = {"app_label": "competitions", "model_name": "competition", "field_name": "hosts"}

    def found(term):
        answer = sign_in(host).get(reverse("admin:autocomplete"), {**field, "term": term})
        return [one["text"] for one in answer.json()["results"]]

    assert found("helper") == ["helper"]
    assert found("secret@example.net") == []
    assert sign_in(host).get(reverse("admin:accounts_user_changelist")).status_code == 403


def test_the_form_says_what_clock_its_times_are_of(sign_in, host, cup):
    """The competition's, wherever the organiser is."""
    host.time_zone = "America/New_York"
    host.save()
    Competition.objects.filter(pk=cup.pk).update(time_zone="Asia/Tokyo")
    page = sign_in(host).get(admin_url("competition", "change", cup.pk)).content.decode()
    assert "Times here are those of Asia/Tokyo." in page
    assert 'value="09:00:00"' in page  # midnight UTC


@pytest.mark.parametrize(("posted", "hours"), [("Asia/Tokyo", 9), ("UTC", 0)])
def test_times_are_entered_in_the_zone_that_the_form_says(sign_in, host, cup, posted, hours):
    """Of a zone that is being chosen as well: what is written is what the form shows."""
    host.time_zone = "America/New_York"
    host.save()
    Competition.objects.filter(pk=cup.pk).update(time_zone="Asia/Tokyo")
    response = change(sign_in(host), cup, ends_at=ENDS, time_zone=posted)
    assert response.status_code == 302, errors_of(response)
    cup.refresh_from_db()
    assert (cup.phase.ends_at, cup.time_zone) == (ENDS - timedelta(hours=hours), posted)


def test_a_new_competition_begins_in_the_organisers_zone(sign_in):
    creator = UserFactory(is_staff=True, time_zone="Asia/Tokyo")
    page = sign_in(creator).get(reverse("admin:competitions_competition_add")).content.decode()
    assert '<option value="Asia/Tokyo" selected>' in page
    assert "Times here are those of Asia/Tokyo." in page


def test_hosts_edit(sign_in, host, cup):
    response = change(sign_in(host), cup, title="Better", daily_submission_limit="")
    assert response.status_code == 302, errors_of(response)
    cup.refresh_from_db()
    assert (cup.title, cup.phase.daily_submission_limit) == ("Better", None)
    assert cup.phase.metric_params == {}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"ends_at": STARTS}, None),
        ({"ends_at": NOON}, {"ends_at": ["end_in_the_past"]}),
        ({"metric": "guess"}, {"metric": ["invalid_choice"]}),
        ({"metric_params": "[1]"}, None),
        ({"metric_params": "{"}, {"metric_params": ["invalid"]}),
        ({"metric_params": '{"nope": 1}'}, {"metric_params": ["unknown_parameter"]}),
        ({"slug": "123"}, {"slug": ["slug_is_number"]}),
    ],
    ids=str,
)
def test_the_rules_hold_here_too(sign_in, boss, cup, changes, errors):
    response = change(sign_in(boss), cup, **changes)
    assert response.status_code == 200
    found = errors_of(response)
    assert found
    if errors:
        assert found == errors


def test_a_banner_is_rewritten_and_must_be_a_picture(sign_in, host, cup):
    gif = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
    assert change(sign_in(host), cup, banner=SimpleUploadedFile("a.gif", gif)).status_code == 302
    assert Competition.objects.get().banner.name.endswith(".webp")
    refused = change(sign_in(host), cup, banner=SimpleUploadedFile("a.gif", b"no picture"))
    assert list(errors_of(refused)) == ["banner"]
    assert change(sign_in(host), cup, **{"banner-clear": "on"}).status_code == 302
    assert not Competition.objects.get().banner


@freeze_time(AFTER)
def test_the_end_is_frozen_once_it_has_passed(sign_in, boss, cup):
    page = sign_in(boss).get(admin_url("competition", "change", cup.pk))
    assert "ends_at" not in page.context["adminform"].form.fields
    change(sign_in(boss), cup, ends_at=ENDS + timedelta(days=1))
    assert Competition.objects.get().phase.ends_at == ENDS


def test_the_start_is_frozen_once_there_are_submissions(sign_in, boss, cup):
    replace_solution(phase=cup.phase, file=io.BytesIO(CSV), filename="s.csv", by=None, at=NOON)
    submits(TeamFactory(competition=cup), 0.5)
    change(sign_in(boss), cup, starts_at=STARTS + timedelta(hours=1))
    assert Competition.objects.get().phase.starts_at == STARTS


def test_the_slug_is_frozen_once_somebody_takes_part(sign_in, boss, cup):
    assert change(sign_in(boss), cup, slug="nicer").status_code == 302
    TeamFactory(competition=cup)
    assert sign_in(boss).get(admin_url("competition", "change", cup.pk)).status_code == 200
    change(sign_in(boss), cup, slug="other")
    assert Competition.objects.get().slug == "nicer"
    with pytest.raises(SlugFrozen):
        edit_competition(competition=cup, changes={"slug": "other"}, by=boss, at=NOON)


@freeze_time(AFTER)
def test_the_number_of_selections_is_frozen_with_the_end(sign_in, boss, cup):
    assert change(sign_in(boss), cup, selectable_submissions=1, title="After").status_code == 302
    assert Competition.objects.get().title == "After"
    assert Competition.objects.get().phase.selectable_submissions == cup.phase.selectable_submissions == 2


def test_the_version_of_the_rules_does_not_fall(sign_in, boss, cup):
    assert change(sign_in(boss), cup, rules_version=2).status_code == 302
    assert errors_of(change(sign_in(boss), cup, rules_version=1)) == {"rules_version": ["rules_version_falls"]}


def test_a_competition_that_teams_have_entered_is_not_deleted(sign_in, boss, cup):
    TeamFactory(competition=cup)
    gone = CompetitionFactory(slug="nobody-came")
    client = sign_in(boss)
    client.post(admin_url("competition", "delete", cup.pk), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": [cup.pk, gone.pk], "post": "yes"}
    client.post(admin_url("competition", "changelist"), chosen)
    assert Competition.objects.filter(pk=cup.pk).exists()
    client.post(admin_url("competition", "delete", gone.pk), {"post": "yes"})
    assert not Competition.objects.filter(pk=gone.pk).exists()


def test_a_new_metric_is_checked_against_the_solution_and_fixed_by_the_first_submission(sign_in, boss, cup):
    replace_solution(phase=cup.phase, file=io.BytesIO(CSV), filename="s.csv", by=None, at=NOON)
    refused = change(sign_in(boss), cup, metric="auc")
    assert refused.status_code == 200
    assert errors_of(refused)
    client = sign_in(boss)
    assert change(client, cup, metric="mae").status_code == 302
    assert Competition.objects.get().phase.metric == "mae"
    submits(TeamFactory(competition=cup), 0.5)
    change(client, cup, metric="rmse", score_digits=9)
    after = Competition.objects.get()
    assert (after.phase.metric, after.phase.score_digits) == ("mae", cup.phase.score_digits)


# --- files ------------------------------------------------------------------------------------------------------------
def upload(client, model, cup, content, **fields):
    body = {"competition": cup.pk, "file": SimpleUploadedFile("file.csv", content), **fields}
    return client.post(admin_url(model, "add"), body)


def test_hosts_upload_a_solution(sign_in, host, cup):
    response = upload(sign_in(host), "solution", cup, CSV, usage_column="Usage", target_columns="target\n")
    assert response.status_code == 302
    assert Solution.objects.get().public_rows == 2


def test_what_is_wrong_with_it_stands_beside_the_file(sign_in, host, cup):
    wrong = CSV.replace(b"43.5", b"x")
    response = upload(sign_in(host), "solution", cup, wrong, usage_column="Usage")
    assert response.status_code == 200
    assert errors_of(response) == {"file": ["invalid_solution"]}
    assert "Row 3" in response.content.decode()


def test_nobody_uploads_to_the_competition_of_others(sign_in, host, cup):
    other = CompetitionFactory()
    for model in ("solution", "datafile"):
        response = upload(sign_in(host), model, other, CSV, usage_column="Usage")
        assert errors_of(response) == {"competition": ["invalid_choice"]}


def test_no_page_shows_what_a_solution_holds(sign_in, boss, cup):
    solution = replace_solution(phase=cup.phase, file=io.BytesIO(CSV), filename="s.csv", by=None, at=NOON)
    client = sign_in(boss)
    pages = [
        client.get(admin_url("solution", "change", solution.pk)),
        client.get(admin_url("solution", "changelist")),
        client.get(admin_url("solution", "add")),
        client.get(admin_url("competition", "change", cup.pk)),
    ]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        for value in ("41.5", "42.5", "43.5", solution.file.name, solution.digest):
            assert value not in text
    assert client.post(admin_url("solution", "change", solution.pk), {}).status_code == 403
    assert client.post(admin_url("solution", "delete", solution.pk), {"post": "yes"}).status_code == 403


def test_no_page_shows_the_private_side(sign_in, boss, cup):
    team = TeamFactory(competition=cup)
    submits(team, 0.5)
    standing = standing_of(team)
    standing.best_private_score = standing.private_key = 0.777
    standing.save()
    client = sign_in(boss)
    for url in (admin_url("standing", "changelist"), admin_url("standing", "change", standing.pk)):
        assert "0.777" not in client.get(url).content.decode()


def test_hosts_publish_and_delete_data(sign_in, host, cup, django_capture_on_commit_callbacks):
    client = sign_in(host)
    assert upload(client, "datafile", cup, b"a,b\n", name="data/train.csv").status_code == 302
    data_file = DataFile.objects.get()
    assert data_file.name == "data/train.csv"
    again = upload(client, "datafile", cup, b"a,b\n", name="data/train.csv")
    assert errors_of(again) == {"name": ["file_name_taken"]}
    client.post(admin_url("datafile", "change", data_file.pk), {"description": "All of it"})
    data_file.refresh_from_db()
    assert data_file.description == "All of it"
    with django_capture_on_commit_callbacks(execute=True):
        client.post(admin_url("datafile", "delete", data_file.pk), {"post": "yes"})
    assert not DataFile.objects.exists()
    assert not data_file.file.storage.exists(data_file.file.name)


# --- teams ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("name", "status"), [("Nicer", 302), ("ants", 200), ("\u200b", 200)])
def test_an_offending_name_can_be_changed(sign_in, host, cup, name, status):
    TeamFactory(competition=cup, name="Ants")
    team = TeamFactory(competition=cup, name="Rude")
    response = sign_in(host).post(
        admin_url("team", "change", team.pk),
        {"name": name, "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0},
    )
    assert response.status_code == status
    assert Team.objects.get(pk=team.pk).name == (name if status == 302 else "Rude")


def test_a_departure_can_be_forgiven(sign_in, host, cup):
    team = TeamFactory(competition=cup)
    row = Departure.objects.create(team=team, user=UserFactory(), competition=cup, joined_at=STARTS, left_at=NOON)
    sign_in(host).post(admin_url("departure", "delete", row.pk), {"post": "yes"})
    assert not Departure.objects.exists()
    entry = cup.log.get()
    assert (entry.kind, entry.actor, entry.subject, entry.facts) == ("readmitted", host, row.user, {"team": team.pk})


# --- two languages ----------------------------------------------------------------------------------------------------
def test_translations_are_written_here_too(sign_in, boss, cup):
    page = Page.objects.create(competition=cup, slug="rules", title="Rules", body="Be kind.")
    pages = {
        "pages-TOTAL_FORMS": 1,
        "pages-INITIAL_FORMS": 1,
        "pages-0-id": page.pk,
        "pages-0-competition": cup.pk,
        "pages-0-slug": "rules",
        "pages-0-title": "Rules",
        "pages-0-position": 0,
        "pages-0-body": "Be kind.",
        "pages-0-body_ja": "親切に。",
    }
    assert change(sign_in(boss), cup, title_ja="杯", **pages).status_code == 302
    cup.refresh_from_db()
    page.refresh_from_db()
    assert (cup.title_ja, page.body_ja, page.title_ja) == ("杯", "親切に。", "")
    assert [*cup.log.latest("sequence").facts] == ["textJa"]


def test_a_translation_needs_an_original_here_too(sign_in, boss, cup):
    answer = change(sign_in(boss), cup, summary="", summary_ja="概要")
    assert errors_of(answer) == {"summary": ["original_missing"]}

"""The `uzu` command."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.progress import wrap_file

from uzu import (
    board,
    checking,
    completion,
    config,
    experiments,
    frames,
    kaggle,
    keeping,
    metrics,
    notebook,
    output,
    proofs,
    replay,
)
from uzu.api import Client, UzuError, message_of

JSON_WANTED = "uzu.json"


def want_json(ctx: click.Context, _option: click.Parameter, value: bool) -> bool:
    """Errors are told in JSON too, by the group, which knows no option of its commands."""
    ctx.meta[JSON_WANTED] = value
    return value


as_json = click.option(
    "--json", "as_json", is_flag=True, callback=want_json, help="Print JSON, errors (on standard error) included."
)
slug_argument = click.argument("slug", shell_complete=completion.slugs)
phase_option = click.option(
    "--phase",
    metavar="PHASE",
    help="Number or name of the phase. Default: the one that runs, else the last that ended.",
)
of_phase = click.option("--phase", metavar="PHASE", help="Only those of this phase (number or name), and of no phase.")
file_argument = click.Path(exists=True, dir_okay=False, path_type=Path)


class JsonError(click.ClickException):
    """An error of ours as one JSON object on standard error: `{"error": ..., "status": ..., "errors": [...]}`."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.answer = {
            "error": str(error),
            "status": getattr(error, "status", 0),
            "errors": getattr(error, "errors", []),
        }

    def show(self, file: Any = None) -> None:
        click.echo(json.dumps(self.answer, ensure_ascii=False, indent=2), err=True)


class Commands(click.Group):
    """Says errors of ours in one line or a few, on standard error, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (UzuError, frames.FrameMismatch, proofs.Unreadable) as error:
            if ctx.meta.get(JSON_WANTED):
                raise JsonError(error) from error
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="uzu-client")
def main() -> None:
    """Take part in competitions on an Uzu server."""


@main.command()
@click.argument("url")
@click.option("--username", "-u", help="User name or email; asked for when absent.")
@click.option("--token", help="A personal token made on the settings page, instead of a password.")
def login(url: str, username: str | None, token: str | None) -> None:
    """Sign in to the server at URL and keep a personal token here."""
    if token:
        name = Client(url, token).me()["username"]
    else:
        identifier = username or click.prompt("User name or email")
        password = os.environ.get("UZU_PASSWORD") or click.prompt("Password", hide_input=True)
        name, token = Client(url).sign_in(identifier, password, replaces=kept_token(url))
    path = config.save_account(config.Account(config.normalise(url), name, token))
    output.err.print(
        f"Signed in to {config.normalise(url)} as [bold]{name}[/bold]; the token is in {path}", soft_wrap=True
    )


def kept_token(url: str) -> str:
    """The token that `uzu login` keeps here for this server, which a new one takes the place of."""
    saved = config.read_json(config.config_dir() / "account.json") or {}
    return saved.get("token", "") if saved.get("url") == config.normalise(url) else ""


@main.command()
def logout() -> None:
    """Forget the token kept here. It stays valid until you revoke it on the settings page."""
    output.err.print("Forgotten." if config.forget_account() else "Nothing was kept here.")


@main.command()
def whoami() -> None:
    """Tell which server and which account are used."""
    client = Client.configured()
    click.echo(f"{client.me()['username']} on {client.url}")


@main.command()
@click.option("--mine", is_flag=True, help="Only those you take part in.")
@click.option("--state", type=click.Choice(["upcoming", "running", "finished", "confirmed"]))
@as_json
def competitions(mine: bool, state: str | None, as_json: bool) -> None:
    """List competitions."""
    rows = list(Client.configured().competitions(mine="entered" if mine else None, state=state))
    columns: list[output.Column] = [
        ("slug", "left", lambda row: row["slug"]),
        ("title", "flexible", lambda row: f"{row.get('emoji') or ''} {row['title']}".strip()),
        ("state", "left", lambda row: row["state"]),
        ("ends", "right", lambda row: output.age(row["endsAt"])),
        ("teams", "right", lambda row: str(row["teamCount"])),
        ("joined", "left", lambda row: "yes" if row.get("isEntered") else ""),
    ]
    output.show(rows, columns, as_json=as_json, empty="There are no competitions.")


@main.command()
@slug_argument
@click.option("--accept-rules", is_flag=True, help="You have read the rules and accept them as they stand now.")
@click.option("--code", default="", help="The invitation code, where the competition has one.")
def enter(slug: str, accept_rules: bool, code: str) -> None:
    """Take part in a competition, with a team of your own."""
    client = Client.configured()
    try:
        team = client.enter(slug, accept_rules=accept_rules, code=code)
    except UzuError as error:
        if error.code == "already_entered" and accept_rules:
            client.accept_rules(slug)
            output.err.print("You take part already; the rules are accepted.")
            return
        if error.code == "rules_not_accepted":
            text = f"{error} Read them with `uzu pages {slug}`, then add --accept-rules."
            raise UzuError(text, status=error.status, errors=error.errors) from error
        raise
    output.err.print(f"You take part in “{slug}” with the team [bold]{escape(team['name'])}[/bold].")


@main.command()
@slug_argument
@click.argument("page", required=False)
@as_json
def pages(slug: str, page: str | None, as_json: bool) -> None:
    """List the pages of a competition, or print one of them as Markdown."""
    found = Client.configured().competition_pages(slug)
    if page is not None:
        named = next((one for one in found if page.lower() in (one["slug"].lower(), one["title"].lower())), None)
        if named is None:
            raise UzuError(f"There is no page “{page}”: `uzu pages {slug}` lists them.")
        click.echo(json.dumps(named, ensure_ascii=False, indent=2) if as_json else named["body"])
        return
    columns: list[output.Column] = [
        ("page", "left", lambda row: row["slug"]),
        ("title", "flexible", lambda row: row["title"]),
        ("changed", "right", lambda row: output.age(row["updatedAt"])),
    ]
    output.show(found, columns, as_json=as_json, empty="There are no pages yet.")


@main.command()
@slug_argument
@of_phase
@as_json
def files(slug: str, phase: str | None, as_json: bool) -> None:
    """List the data files of a competition."""
    client = Client.configured()
    rows = client.data_files(slug, phase=client.phase_named(slug, phase))
    columns: list[output.Column] = [
        ("name", "flexible", lambda row: row["name"]),
        ("size", "right", lambda row: output.size(row["size"])),
        ("sha256", "left", lambda row: row["sha256"][:12]),
    ]
    if any(row.get("phase") is not None for row in rows):
        columns.append(("phase", "right", lambda row: str(row["phase"] or "")))
    output.show(rows, columns, as_json=as_json, empty="There are no data files yet.")


@main.command()
@slug_argument
@click.option(
    "--output", "-o", "folder", default=".", type=click.Path(file_okay=False, path_type=Path), show_default=True
)
@click.option("--file", "-f", "only", help="Only the data file of this name.")
@of_phase
@click.option("--quiet", "-q", is_flag=True)
def download(slug: str, folder: Path, only: str | None, phase: str | None, quiet: bool) -> None:
    """Download the data files of a competition; a cut transfer goes on when it is run again."""
    client = Client.configured()
    rows = client.data_files(slug, phase=client.phase_named(slug, phase))
    found = [one for one in rows if only in (None, one["name"])]
    if not found:
        raise UzuError(f"There is no data file “{only}”." if only else "There are no data files yet.")
    for one in found:
        target = notebook.safe_target(folder, one["name"])
        if notebook.is_here(target, one):
            output.err.print(f"{one['name']} is here already")
            continue
        with output.transfer(one["name"], quiet=quiet) as progress:
            client.download_file(one["url"], target, progress, sha256=one["sha256"])


@main.command()
@slug_argument
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Publish under this name, which may hold folders; for one file. Default: the file's own.")
@click.option("--replace", is_flag=True, help="Put it in place of the data file of the same name.")
@click.option("--phase", metavar="PHASE", help="Let it open with this phase (number or name), unseen by others before.")
@click.option("--quiet", "-q", is_flag=True)
def push(slug: str, paths: tuple[Path, ...], name: str | None, replace: bool, phase: str | None, quiet: bool) -> None:
    """Publish data files of a competition you organise; a cut transfer goes on when it is run again."""
    if name and len(paths) > 1:
        raise click.UsageError("--name is for one file")
    client = Client.configured()
    number = client.phase_named(slug, phase)
    for path in paths:
        with output.transfer(path.name, quiet=quiet) as progress:
            client.push_data_file(slug, path, name or path.name, replace=replace, progress=progress, phase=number)


@main.command()
@slug_argument
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--memo", "-m", default="", help="A note for yourself and your team.")
@click.option("--cv", type=float, help="Your own cross-validation score.")
@click.option("--mlflow-run", metavar="RUN", help="Hand over parameters, metrics and tags of this run in MLflow.")
@click.option("--mlflow-cv", metavar="METRIC", help="Your own cross-validation score is this metric of the run.")
@click.option("--experiment", "experiment_file", type=file_argument, help="A JSON file that says how it was made.")
@click.option("--watch", "-w", is_flag=True, help="Wait for the score where the server scores it later.")
@click.option("--no-check", is_flag=True, help="Do not compare with the sample submission first.")
@phase_option
@click.option("--quiet", "-q", is_flag=True)
@as_json
def submit(
    slug: str,
    file: Path,
    memo: str,
    cv: float | None,
    mlflow_run: str | None,
    mlflow_cv: str | None,
    experiment_file: Path | None,
    watch: bool,
    no_check: bool,
    phase: str | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Submit FILE (.csv, .csv.gz, .zip or .parquet) and print its public score."""
    client = Client.configured()
    experiment = experiment_of(mlflow_run, experiment_file)
    if mlflow_cv is not None:
        if mlflow_cv not in experiment.get("metrics", {}):
            raise UzuError(f"The run has no metric “{mlflow_cv}”.")
        cv = experiment["metrics"][mlflow_cv] if cv is None else cv
    number = client.phase_named(slug, phase)
    if not no_check and file.suffix == ".csv" and (sample := notebook.sample_submission(client, slug, number)):
        frames.check_against_sample(file.read_bytes(), sample)
    with file.open("rb") as raw:
        total = file.stat().st_size
        # Asked before the bar stands there: a competition one has not joined is told by itself.
        team = client.my_team(slug)["id"]
        wrapped = raw if quiet or as_json else wrap_file(raw, total, description=file.name, console=output.err)
        more: dict[str, Any] = {"memo": memo, "cv": cv, "team": team, "experiment": experiment, "phase": number}
        if wrapped is raw:
            answer = client.submit(slug, raw, file.name, **more)
        else:
            with wrapped as reading:  # type: ignore[union-attr]
                answer = client.submit(slug, reading, file.name, **more)
    submission = answer["submission"]
    if submission["status"] == "pending" and watch:
        with output.err.status("being scored ..."):
            answer["submission"] = submission = client.wait(submission["id"])
    receipt = receipt_of(client, answer)
    kept = keeping.keep_receipt(client, slug, receipt) if receipt else None
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        tell(client, slug, answer)
    if kept is not None:
        output.err.print(f"The receipt is in {kept}", soft_wrap=True)
    if submission["status"] in ("refused", "failed"):
        sys.exit(1)


def experiment_of(mlflow_run: str | None, file: Path | None) -> dict[str, Any]:
    """What the lab book is told: of a run, of a file, or of both; then what the file says goes before."""
    told = experiments.of_run(mlflow_run) if mlflow_run else {}
    return {**told, **(experiments.of_file(file) if file else {})}


@main.command()
@click.argument("number", type=click.IntRange(1))
@click.option("--memo", "-m", help="A note for yourself and your team.")
@click.option("--cv", type=float, help="Your own cross-validation score.")
@click.option("--mlflow-run", metavar="RUN", help="Take parameters, metrics and tags of this run in MLflow.")
@click.option("--experiment", "experiment_file", type=file_argument, help="A JSON file that says how it was made.")
@click.option(
    "--share/--no-share", default=None, help="Let everybody who sees the leaderboard read the experiment, or nobody."
)
@as_json
def describe(
    number: int,
    memo: str | None,
    cv: float | None,
    mlflow_run: str | None,
    experiment_file: Path | None,
    share: bool | None,
    as_json: bool,
) -> None:
    """Change what your lab book says of the submission with this NUMBER."""
    fields: dict[str, Any] = {"memo": memo, "cvScore": cv, "sharesExperiment": share}
    if mlflow_run or experiment_file:
        fields["experiment"] = experiment_of(mlflow_run, experiment_file)
    fields = {name: value for name, value in fields.items() if value is not None}
    if not fields:
        raise click.UsageError("say what to change")
    answer = Client.configured().describe(number, **fields)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        output.err.print(f"#{number} is changed")


@main.command()
@slug_argument
@click.argument("file", type=file_argument)
@click.option("--offline", is_flag=True, help="By what an earlier check brought here: nothing is asked of the server.")
@phase_option
@as_json
def check(slug: str, file: Path, offline: bool, phase: str | None, as_json: bool) -> None:
    """Check FILE here, as the server would: nothing is sent, and no submission is used."""
    client = Client.configured()
    if offline and phase is not None and not phase.isdigit():
        raise click.UsageError("with --offline a phase is told by its number")
    number = int(phase) if offline and phase is not None else client.phase_named(slug, phase)
    try:
        problems = checking.check(client, slug, file, offline=offline, phase=number)
    except checking.ScoringMissing as error:
        raise UzuError(
            f"The scoring package is not installed here: pip install {client.url}/uzu-scoring.zip"
        ) from error
    if problems:
        raise UzuError("\n".join(message_of(one) for one in problems), errors=problems)
    if as_json:
        click.echo(json.dumps({"problems": []}))
    else:
        output.err.print(f"{file.name} is as the competition expects it.", style="green")


def receipt_of(client: Client, answer: dict[str, Any]) -> dict[str, Any] | None:
    """The receipt in the answer to a submission, or of one that was scored while we waited; None from older servers."""
    submission = answer["submission"]
    if submission["status"] != "scored" or "receipt" not in answer:
        return answer.get("receipt")
    if answer["receipt"] is None:
        answer["receipt"] = client.receipt(submission["id"])
    return answer["receipt"]


def tell(client: Client, slug: str, answer: dict[str, Any]) -> None:
    """What became of a submission, in a few lines."""
    submission, result = answer["submission"], answer.get("result") or {}
    if submission["status"] == "pending":
        output.out.print(f"#{submission['id']} is being scored; see `uzu submissions {slug}`, or submit with --watch")
        return
    for problem in submission.get("problems") or []:
        output.out.print(message_of(problem), style="red")
    if submission["status"] != "scored":
        return
    digits = client.competition(slug).get("scoreDigits", 5)
    output.out.print(
        f"#{submission['id']}  public score [bold]{output.score(submission['publicScore'], digits)}[/bold]"
    )
    if result.get("isBest"):
        before = result.get("previousBest")
        was = f" (before: {output.score(before, digits)})" if before is not None else ""
        place = (
            f"rank {result['rankAfter']} of {result.get('teams')}"
            if result.get("rankAfter")
            else "no place is told now"
        )
        output.out.print(f"Your team's best{was}: {place}", style="green")
    remaining = (answer.get("allowance") or {}).get("remaining")
    if remaining is not None:
        output.out.print(f"{remaining} submissions remaining")


@main.command()
@slug_argument
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True)
@phase_option
@as_json
def submissions(slug: str, limit: int, phase: str | None, as_json: bool) -> None:
    """List your team's submissions, newest first."""
    client = Client.configured()
    number = client.phase_named(slug, phase)
    digits = client.digits(slug, number)
    columns: list[output.Column] = [
        ("id", "right", lambda row: str(row["id"])),
        ("when", "right", lambda row: output.age(row["createdAt"])),
        ("status", "left", lambda row: row["status"] + (" late" if row.get("isLate") else "")),
        ("public", "right", lambda row: output.score(row.get("publicScore"), digits)),
        ("cv", "right", lambda row: output.score(row.get("cvScore"), digits)),
        ("sel", "left", lambda row: "✓" if row.get("isSelected") else ""),
        ("memo", "flexible", lambda row: row.get("memo") or row["filename"]),
    ]
    rows = client.submissions(slug, limit=limit, phase=number)
    names = {one["name"]: None for row in rows for one in row.get("publicNumbers") or []}
    columns[4:4] = [(name, "right", number_named(name, digits)) for name in names]
    output.show(rows, columns, as_json=as_json, empty="Your team has not submitted anything yet.")


def number_named(name: str, digits: int) -> Callable[[dict[str, Any]], str]:
    """What a submission shows under this name beside its public score."""

    def text(row: dict[str, Any]) -> str:
        return next((output.score(one["score"], digits) for one in row["publicNumbers"] if one["name"] == name), "")

    return text


@main.command()
@click.argument("ids", nargs=-1, required=True, type=click.IntRange(1))
@click.option("--off", is_flag=True, help="Take the selection back.")
def select(ids: tuple[int, ...], off: bool) -> None:
    """Select submissions, by their numbers, for the final ranking. With none selected, the best public ones count."""
    client = Client.configured()
    for number in ids:
        client.select(number, selected=not off)
        output.err.print(f"#{number} is {'no longer ' if off else ''}selected")


@main.command()
@slug_argument
@phase_option
@as_json
def limits(slug: str, phase: str | None, as_json: bool) -> None:
    """Tell how many submissions your team has left."""
    client = Client.configured()
    left = client.allowance(slug, phase=client.phase_named(slug, phase))
    if as_json:
        click.echo(json.dumps(left, ensure_ascii=False, indent=2))
        return
    for name, word in (("Today", "today"), ("Total", "in this competition")):
        limit = left["dailyLimit"] if name == "Today" else left["totalLimit"]
        if limit is None:
            click.echo(f"{left[f'used{name}']} made {word}; there is no limit")
        else:
            click.echo(f"{left[f'remaining{name}']} of {limit} left {word}")
    if left["dailyLimit"] is not None:
        click.echo(f"the next day begins {output.age(left['resetsAt'])}")
    if left["reason"]:
        click.echo(f"none may be made now: {left['reason'].replace('_', ' ')}")


def mark(row: dict[str, Any]) -> str:
    """Why a row has no rank, whatever its score."""
    words = {"baseline": "baseline", "disqualified": "disqualified", "outOfCompetition": "out of competition"}
    return next((f" ({word})" for name, word in words.items() if row.get(name)), "")


def with_baselines(rows: list[dict[str, Any]], baselines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, with the organisers' lines at their places, as far as the rows go."""
    shown: list[dict[str, Any]] = []
    waiting = list(baselines)
    for row in rows:
        while waiting and (row["rank"] is None or row["rank"] > waiting[0]["after"]):
            shown.append(line(waiting.pop(0)))
        shown.append(row)
    last = max((row["rank"] or 0 for row in rows), default=0)
    return shown + [line(one) for one in waiting if one["after"] == last]


def line(baseline: dict[str, Any]) -> dict[str, Any]:
    """A baseline as a row without a rank."""
    facts = {"rank": None, "submissions": "", "lastSubmittedAt": None, "baseline": True}
    return {**facts, "team": {"name": baseline["name"]}, "score": baseline["score"]}


def board_columns(digits: int, *, private: bool, numbers: list[dict[str, Any]]) -> list[output.Column]:
    def change(row: dict[str, Any]) -> str:
        moved = row.get("change")
        return "" if moved is None else "=" if moved == 0 else f"{'▲' if moved > 0 else '▼'}{abs(moved)}"

    columns: list[output.Column] = [
        ("rank", "right", lambda row: str(row["rank"] or "–")),
        ("team", "flexible", lambda row: row["team"]["name"] + mark(row)),
        ("score", "right", lambda row: output.score(row["score"], digits)),
        ("n", "right", lambda row: str(row["submissions"])),
        ("last", "right", lambda row: output.age(row["lastSubmittedAt"])),
    ]
    more = [(one["name"], "right", number_at(place, digits)) for place, one in enumerate(numbers)]
    columns[3:3] = more
    return [*columns, ("change", "right", change)] if private else columns


def number_at(place: int, digits: int) -> Callable[[dict[str, Any]], str]:
    """What a row shows of the number at this place beside the score; a baseline has none."""

    def text(row: dict[str, Any]) -> str:
        numbers = row.get("numbers") or []
        return output.score(numbers[place], digits) if place < len(numbers) else ""

    return text


@main.command()
@slug_argument
@click.option("--private", is_flag=True, help="The private leaderboard, once it is confirmed.")
@click.option("--combined", is_flag=True, help="One ranking over all phases, of those whose results are confirmed.")
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True)
@click.option("--bracket", "-b", metavar="SLUG", help="Only the teams of a bracket, with ranks among them.")
@phase_option
@click.option("--watch", "-w", is_flag=True, help="Print it anew whenever it changes, until Ctrl-C.")
@as_json
def lb(
    slug: str,
    private: bool,
    combined: bool,
    limit: int,
    bracket: str | None,
    phase: str | None,
    watch: bool,
    as_json: bool,
) -> None:
    """Show the leaderboard, your own team's row included."""
    client = Client.configured()
    if combined:
        if private or watch or phase:
            raise click.UsageError("--combined is of all confirmed phases: without --private, --phase and --watch.")
        show_combined(client.combined_leaderboard(slug, limit=limit, bracket=bracket), as_json=as_json)
        return
    number = client.phase_named(slug, phase)
    digits = client.digits(slug, number)
    seen: Any = None
    while True:
        answer = client.leaderboard(slug, private=private, limit=limit, bracket=bracket, phase=number)
        rows = with_mine(answer["results"], answer["me"])
        if rows != seen:
            seen = rows
            shown = rows if as_json else with_baselines(rows, answer["baselines"])
            columns = board_columns(digits, private=private, numbers=answer["columns"])
            output.show(shown, columns, as_json=as_json, empty="Nobody has a score yet.")
            say_what_is_not_shown(answer)
            # Ranks within a bracket are not to be compared with those of other looks.
            if bracket is None:
                whole = len(answer["results"]) >= answer["count"]
                look = board.look_at(rows, None if whole else limit)
                remember(client, slug, private=private, look=look, phase=number)
        if not watch:
            return
        time.sleep(5)


def show_combined(answer: dict[str, Any], *, as_json: bool) -> None:
    """Print the ranking over all phases: for each of them rank and score, or that it does not count yet."""
    rows = with_mine(answer["results"], answer["me"])
    phases = answer["phases"]
    digits = max(one["scoreDigits"] for one in phases) if answer["rule"] == "weighted_score" else 2
    columns: list[output.Column] = [
        ("rank", "right", lambda row: str(row["rank"] or "–")),
        ("team", "flexible", lambda row: row["team"]["name"] + mark(row)),
        (answer["rule"].replace("_", " "), "right", lambda row: output.score(row["value"], digits)),
    ]
    names = [one["name"] or f"Phase {one['number']}" for one in phases]
    columns += [(name, "right", place_in(place, phases[place])) for place, name in enumerate(names)]
    output.show(rows, columns, as_json=as_json, empty="No phase has a confirmed result yet.")
    if waiting := [name for name, one in zip(names, phases, strict=True) if not one["counts"]]:
        output.err.print(f"Not final yet: {', '.join(waiting)} will count once the result is confirmed.")


def place_in(place: int, phase: dict[str, Any]) -> Callable[[dict[str, Any]], str]:
    """What a row shows of the phase at this place: rank and score."""

    def text(row: dict[str, Any]) -> str:
        cell = row["phases"][place]
        if cell is None:
            return "not yet"
        score = "" if cell["score"] is None else f" ({output.score(cell['score'], phase['scoreDigits'])})"
        return f"{cell['rank'] or '–'}{score}"

    return text


def with_mine(rows: list[dict[str, Any]], me: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The rows, and one's own below them where it is not among them."""
    return [*rows, me] if me and all(row["team"]["id"] != me["team"]["id"] for row in rows) else rows


def say_what_is_not_shown(answer: dict[str, Any]) -> None:
    """Say below a leaderboard that it stands still, or shows one's own row alone. Older servers tell neither."""
    if answer.get("frozenSince"):
        ago = output.age(answer["frozenSince"])
        output.err.print(f"The leaderboard stands still ({ago}): what came later shows with the result.")
    if answer.get("onlyOwn"):
        output.err.print("Until the result is confirmed you see your own team's row only.")


def look_path(client: Client, slug: str, *, private: bool, phase: int | None = None) -> Path:
    server = client.url.split("://", 1)[-1].replace("/", "_").replace(":", "_")
    name = slug if phase is None else f"{slug}.{phase}"  # a slug has no dots
    return config.cache_dir() / "boards" / server / f"{name}-{'private' if private else 'public'}.json"


def remember(client: Client, slug: str, *, private: bool, look: board.Look, phase: int | None = None) -> None:
    """Keep this look for `uzu diff`, together with rows of earlier looks that this one did not cover."""
    path = look_path(client, slug, private=private, phase=phase)
    config.write_json(path, look.after(board.Look.read(config.read_json(path))).as_dict())


@main.command()
@slug_argument
@click.option("--private", is_flag=True)
@click.option("--limit", "-n", type=click.IntRange(1), default=200, show_default=True, help="Ranks that are compared.")
@phase_option
@as_json
def diff(slug: str, private: bool, limit: int, phase: str | None, as_json: bool) -> None:
    """Show what changed on the leaderboard since you looked."""
    client = Client.configured()
    number = client.phase_named(slug, phase)
    digits = client.digits(slug, number)
    before = board.Look.read(config.read_json(look_path(client, slug, private=private, phase=number)))
    answer = client.leaderboard(slug, private=private, limit=limit, phase=number)
    rows = answer["results"]
    whole = len(rows) >= answer["count"]
    remember(client, slug, private=private, look=board.look_at(rows, None if whole else limit), phase=number)
    say_what_is_not_shown(answer)
    if before is None:
        output.err.print("This was the first look; from now on changes are shown.")
    elif unknown := board.not_compared(before, rows):
        output.err.print(f"{unknown} teams stand below rank {before.reach}, where the last look ended: not compared.")
    changes = [one.as_dict() for one in board.differences(before, rows)] if before is not None else []
    columns: list[output.Column] = [
        ("", "left", lambda row: {"new": "＋", "unseen": "▲", "improved": "★", "up": "▲", "down": "▼"}[row["kind"]]),
        ("team", "flexible", lambda row: row["team"]),
        ("rank", "right", lambda row: f"{before_text(row)} → {row['rankNow']}"),
        (
            "score",
            "right",
            lambda row: (
                output.score(row["scoreNow"], digits)
                if row["scoreBefore"] in (None, row["scoreNow"])
                else f"{output.score(row['scoreBefore'], digits)} → {output.score(row['scoreNow'], digits)}"
            ),
        ),
    ]
    output.show(changes, columns, as_json=as_json, empty="" if before is None else "Nothing changed since you looked.")


def before_text(change: dict[str, Any]) -> str:
    """A rank of the last look; `>3` where the team was not among the three ranks seen."""
    return f">{change['below']}" if change["kind"] == "unseen" else str(change["rankBefore"] or "–")


@main.command()
@slug_argument
@click.argument("number", type=click.IntRange(1))
def receipt(slug: str, number: int) -> None:
    """Fetch the receipt of submission NUMBER and keep it here, after the end with its path to the root of receipts."""
    client = Client.configured()
    path = keeping.keep_receipt(client, slug, client.receipt(number))
    click.echo(str(path))
    try:
        proof = client.receipt_path(number)
    except UzuError as error:
        if error.code != "receipt_not_sealed":
            raise
        return
    target = path.with_name(f"{path.stem}.path.json")
    config.write_json(target, proof)
    click.echo(str(target))


@main.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--key", "key_file", type=file_argument, help="The site's keys, as saved from /.well-known/uzu-key.")
@click.option("--log", "log_file", type=file_argument, help="The competition log: the receipt must fit into it.")
@click.option(
    "--path", "path_file", type=file_argument, help="The receipt's path to the root of receipts. Needs --log."
)
@click.option("--head", "heads", multiple=True, help="A hash known from elsewhere that must be in the log.")
@click.option("--version", type=click.IntRange(1), help="Which version of the solution FILE must be.")
@click.option("--phase", type=click.IntRange(1), help="Of which phase it is the solution, by its number.")
@as_json
def verify(
    files: tuple[str, ...],
    key_file: Path | None,
    log_file: Path | None,
    path_file: Path | None,
    heads: tuple[str, ...],
    version: int | None,
    phase: int | None,
    as_json: bool,
) -> None:
    """Check, without any server, what a server published.

    \b
    uzu verify receipt.json [predictions.csv]   a receipt, and that it is for this file
    uzu verify log.jsonl [receipt.json ...]     a competition log, and that it holds what receipts say
    uzu verify solution FILE log.jsonl          that FILE is the solution that was committed to
    """
    is_solution = files[0] == "solution" and len(files) == 3
    first, others = existing(files[1 if is_solution else 0]), [existing(one) for one in files[1 + is_solution :]]
    if is_solution:
        told((lambda: proofs.check_solution(first, log_of(others[0], phase), version=version)), as_json)
    elif first.suffix == ".jsonl":
        told((lambda: log_checks(first, others, key_file, heads)), as_json, needs_all=bool(others))
    elif len(others) > 1:
        raise click.UsageError("a receipt is for one file")
    elif path_file and not log_file:
        raise click.UsageError("--path needs --log")
    else:
        # Without the site's key a receipt proves nothing, whatever else is true of it.
        file = others[0] if others else None
        told((lambda: receipt_checks(first, file, key_file, log_file, path_file, heads)), as_json, needs_all=True)


def log_of(path: Path, phase: int | None) -> proofs.Log:
    """What the log in this file says of a phase; None: all of it."""
    return proofs.of_phase(proofs.read_log(path), phase)


def known_keys(receipt: Path, envelope: dict[str, Any], key_file: Path | None) -> dict[str, str]:
    """The site's keys by id: those of the file that was named, else those kept here for the receipt's site."""
    return proofs.keys_of(proofs.read_json(key_file)) if key_file else keeping.keys_for(receipt, envelope)


def log_checks(log: Path, receipts: list[Path], key_file: Path | None, heads: tuple[str, ...]) -> list[proofs.Check]:
    """Of a log, and that it holds the entries that receipts name, which have to be signed and of this competition."""
    entries = proofs.read_log(log)
    envelopes = {one: proofs.read_json(one) for one in receipts}
    named = [envelope["receipt"].get("logHead") for envelope in envelopes.values()]
    checks = proofs.check_log(entries, heads=[*heads, *(head for head in named if head)])
    for one, envelope in envelopes.items():
        checks += proofs.check_receipt(envelope, keys=known_keys(one, envelope, key_file), log=entries)
    return checks


def receipt_checks(
    receipt: Path, file: Path | None, key_file: Path | None, log_file: Path | None, path_file: Path | None, heads: Any
) -> list[proofs.Check]:
    """Of a receipt with all that was named beside it."""
    envelope = proofs.read_json(receipt)
    keys = known_keys(receipt, envelope, key_file)
    log = proofs.read_log(log_file) if log_file else []
    checks = proofs.check_log(log, heads=heads) if log_file else []
    checks += proofs.check_receipt(envelope, file=file, keys=keys, log=log)
    return checks + (proofs.check_path(envelope, proofs.read_json(path_file), log) if path_file else [])


def existing(name: str) -> Path:
    path = Path(name)
    if not path.is_file():
        raise click.UsageError(f"there is no file {name}")
    return path


def told(checks: Callable[[], Iterable[proofs.Check]], as_json: bool, *, needs_all: bool = False) -> None:
    """Print what was checked; exit code 1 where something does not hold, or with `needs_all` could not be checked."""
    found = []
    try:
        for check in checks():
            found.append(check)
            if not as_json:
                sign, style = {True: ("✓", "green"), False: ("✗", "bold red"), None: ("–", "yellow")}[check.holds]
                output.out.print(f"[{style}]{sign}[/{style}] {escape(check.text)}", soft_wrap=True)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise proofs.Unreadable(f"a file is not in the form that servers write: {error!r}") from error
    failed = [check for check in found if check.holds is False]
    unknown = [check for check in found if check.holds is None]
    if as_json:
        click.echo(json.dumps([asdict(check) for check in found], ensure_ascii=False, indent=2))
    elif failed:
        output.out.print(f"{len(failed)} of {len(found)} do not hold", style="bold red")
    elif unknown:
        output.out.print(f"{len(found) - len(unknown)} hold; {len(unknown)} could not be checked", style="yellow")
    else:
        output.out.print("everything holds", style="green")
    if failed or (needs_all and unknown):
        sys.exit(1)


def in_file_name(phase: str) -> str:
    """The number or the name of a phase as a part of the name of a folder."""
    return "".join(letter if letter.isalnum() else "-" for letter in phase)


@main.command("replay")
@slug_argument
@click.option(
    "--output",
    "-o",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Default: SLUG-replay, here; with --phase SLUG-PHASE-replay.",
)
@click.option("--solution", type=file_argument, help="The file of the solution, where the server does not release it.")
@click.option("--offline", is_flag=True, help="Download nothing: check what an earlier replay put into the folder.")
@phase_option
@as_json
def replay_command(
    slug: str, folder: Path | None, solution: Path | None, offline: bool, phase: str | None, as_json: bool
) -> None:
    """Compute the confirmed result of a competition again, and say what could be checked and what not.

    Of a competition in several phases, the result of one of them.
    """
    folder = folder or Path(f"{slug}-replay" if phase is None else f"{slug}-{in_file_name(phase)}-replay")
    if not offline:
        client = Client.configured()
        replay.gather(client, slug, folder, phase=client.phase_named(slug, phase))
        output.err.print(f"Downloaded into {folder}", soft_wrap=True)
    elif not (folder / replay.LOG).is_file():
        raise UzuError(f"There is nothing to replay in {folder}: run it without --offline first.")
    try:
        told((lambda: replay.replay(folder, solution=solution)), as_json)
    except replay.ScoringMissing as error:
        url = "URL" if offline else Client.configured().url
        raise UzuError(f"The scoring package is not installed here: pip install {url}/uzu-scoring.zip") from error


@main.group()
def metric() -> None:
    """For organisers: a metric of your own."""


@metric.command("try")
@click.argument("file", type=file_argument)
@click.option("--solution", "-s", type=file_argument, required=True, help="The solution, with its Usage column.")
@click.option("--sample", type=file_argument, help="The sample submission; its columns are those of a submission.")
@click.option("--larger-is-better/--smaller-is-better", "larger", required=True, help="The direction of its scores.")
@click.option("--param", "-p", "params", multiple=True, metavar="NAME=VALUE", help="A value for one of its parameters.")
@click.option(
    "--ranked",
    default="",
    help="Where it returns a mapping of numbers: the name of the one that ranks. Default: the first.",
)
@click.option("--id-column", default="", help="Default: the first column.")
@click.option("--usage-column", default="Usage", show_default=True, help="Empty: every row counts for both scores.")
@as_json
def try_metric(
    file: Path,
    solution: Path,
    sample: Path | None,
    larger: bool,
    params: tuple[str, ...],
    ranked: str,
    id_column: str,
    usage_column: str,
    as_json: bool,
) -> None:
    """Try the metric in FILE out on this machine, as the server does before it lets it score.

    It is run as it is, with your rights: only for a metric of your own. Exit code 1: it would not pass.
    """
    found = metrics.try_out(
        file,
        solution=solution,
        sample=sample,
        larger_is_better=larger,
        params=metrics.read_params(params),
        ranked=ranked,
        id_column=id_column,
        usage_column=usage_column,
    )
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        rows = [asdict(case) for case in found.cases]
        columns: list[output.Column] = [
            ("submission", "left", lambda row: row["name"]),
            ("public score", "right", lambda row: "" if row["score"] is None else f"{row['score']:.10g}"),
            *((name, "right", value_named(name)) for name in dict.fromkeys(n for row in rows for n in row["values"])),
            ("seconds", "right", lambda row: f"{row['seconds']:.3f}"),
            ("says", "flexible", lambda row: row["said"]),
        ]
        output.show(rows, columns, as_json=False, empty="There was nothing to try.")
        for case in found.cases:
            if case.traceback:
                click.echo(f"\n{case.name}:\n{case.traceback}", err=True)
        for text in found.why:
            output.err.print(f"[red]{escape(text)}[/red]", soft_wrap=True)
        if not found.why:
            output.err.print("It passes.")
    if found.why:
        sys.exit(1)


def value_named(name: str) -> Callable[[dict[str, Any]], str]:
    def text(row: dict[str, Any]) -> str:
        value = row["values"].get(name)
        return "" if value is None else f"{value:.10g}"

    return text


@main.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print what makes SHELL complete commands, options and competitions: `source <(uzu completion bash)`."""
    click.echo(completion.script(main, shell))


@main.command(
    "kaggle",
    context_settings={"ignore_unknown_options": True, "help_option_names": [], "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def kaggle_command(arguments: tuple[str, ...]) -> None:
    """Run the installed kaggle command, unmodified, against your server."""
    account = config.load_account()
    if account is None:
        raise UzuError("You are not signed in: run `uzu login URL`, or set UZU_URL and UZU_TOKEN.")
    if not account.username:
        account = config.Account(account.url, Client(account.url, account.token).me()["username"], account.token)
    try:
        sys.exit(kaggle.run(account, list(arguments)))
    except kaggle.KaggleMissing as error:
        raise UzuError("The kaggle package is not installed here: pip install kaggle six") from error


if __name__ == "__main__":
    main(prog_name="uzu")

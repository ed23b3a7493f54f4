"""The `uzu` command."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import click
from rich.progress import wrap_file

from uzu import board, config, frames, kaggle, notebook, output
from uzu.api import Client, UzuError, message_of

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


class Commands(click.Group):
    """Says errors of ours in one line or a few, on standard error, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (UzuError, frames.FrameMismatch) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="uzu-client")
def main() -> None:
    """Take part in competitions on an Uzu server."""


@main.command()
@click.argument("url")
@click.option("--username", "-u", help="User name or e-mail; asked for when absent.")
@click.option("--token", help="A personal token made on the settings page, instead of a password.")
def login(url: str, username: str | None, token: str | None) -> None:
    """Sign in to the server at URL and keep a personal token here."""
    if token:
        name = Client(url, token).me()["username"]
    else:
        identifier = username or click.prompt("User name or e-mail")
        password = os.environ.get("UZU_PASSWORD") or click.prompt("Password", hide_input=True)
        name, token = Client(url).sign_in(identifier, password)
    path = config.save_account(config.Account(config.normalise(url), name, token))
    output.err.print(
        f"Signed in to {config.normalise(url)} as [bold]{name}[/bold]; the token is in {path}", soft_wrap=True
    )


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
@click.argument("slug")
@as_json
def files(slug: str, as_json: bool) -> None:
    """List the data files of a competition."""
    columns: list[output.Column] = [
        ("name", "flexible", lambda row: row["name"]),
        ("size", "right", lambda row: output.size(row["size"])),
        ("sha256", "left", lambda row: row["sha256"][:12]),
    ]
    output.show(Client.configured().data_files(slug), columns, as_json=as_json, empty="There are no data files yet.")


@main.command()
@click.argument("slug")
@click.option(
    "--output", "-o", "folder", default=".", type=click.Path(file_okay=False, path_type=Path), show_default=True
)
@click.option("--file", "-f", "only", help="Only the data file of this name.")
@click.option("--quiet", "-q", is_flag=True)
def download(slug: str, folder: Path, only: str | None, quiet: bool) -> None:
    """Download the data files of a competition; a cut transfer goes on when it is run again."""
    client = Client.configured()
    found = [one for one in client.data_files(slug) if only in (None, one["name"])]
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
@click.argument("slug")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", help="Publish under this name, which may hold folders; for one file. Default: the file's own.")
@click.option("--replace", is_flag=True, help="Put it in place of the data file of the same name.")
@click.option("--quiet", "-q", is_flag=True)
def push(slug: str, paths: tuple[Path, ...], name: str | None, replace: bool, quiet: bool) -> None:
    """Publish data files of a competition you organise; a cut transfer goes on when it is run again."""
    if name and len(paths) > 1:
        raise click.UsageError("--name is for one file")
    client = Client.configured()
    for path in paths:
        with output.transfer(path.name, quiet=quiet) as progress:
            client.push_data_file(slug, path, name or path.name, replace=replace, progress=progress)


@main.command()
@click.argument("slug")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--memo", "-m", default="", help="A note for yourself and your team.")
@click.option("--cv", type=float, help="Your own cross-validation score.")
@click.option("--watch", "-w", is_flag=True, help="Wait for the score where the server scores it later.")
@click.option("--no-check", is_flag=True, help="Do not compare with the sample submission first.")
@click.option("--quiet", "-q", is_flag=True)
@as_json
def submit(
    slug: str, file: Path, memo: str, cv: float | None, watch: bool, no_check: bool, quiet: bool, as_json: bool
) -> None:
    """Submit FILE (.csv, .csv.gz, .zip or .parquet) and print its public score."""
    client = Client.configured()
    if not no_check and file.suffix == ".csv" and (sample := notebook.sample_submission(client, slug)):
        frames.check_against_sample(file.read_bytes(), sample)
    with file.open("rb") as raw:
        total = file.stat().st_size
        wrapped = raw if quiet or as_json else wrap_file(raw, total, description=file.name, console=output.err)
        if wrapped is raw:
            answer = client.submit(slug, raw, file.name, memo=memo, cv=cv)
        else:
            with wrapped as reading:  # type: ignore[union-attr]
                answer = client.submit(slug, reading, file.name, memo=memo, cv=cv)
    submission = answer["submission"]
    if submission["status"] == "pending" and watch:
        with output.err.status("being scored ..."):
            answer["submission"] = submission = client.wait(submission["id"])
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        tell(client, slug, answer)
    if submission["status"] in ("refused", "failed"):
        sys.exit(1)


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
        output.out.print(
            f"Your team's best{was}: rank {result.get('rankAfter')} of {result.get('teams')}", style="green"
        )
    remaining = (answer.get("allowance") or {}).get("remaining")
    if remaining is not None:
        output.out.print(f"{remaining} submissions remaining")


@main.command()
@click.argument("slug")
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True)
@as_json
def submissions(slug: str, limit: int, as_json: bool) -> None:
    """List your team's submissions, newest first."""
    client = Client.configured()
    digits = client.competition(slug).get("scoreDigits", 5)
    columns: list[output.Column] = [
        ("id", "right", lambda row: str(row["id"])),
        ("when", "right", lambda row: output.age(row["createdAt"])),
        ("status", "left", lambda row: row["status"] + (" late" if row.get("isLate") else "")),
        ("public", "right", lambda row: output.score(row.get("publicScore"), digits)),
        ("cv", "right", lambda row: output.score(row.get("cvScore"), digits)),
        ("sel", "left", lambda row: "✓" if row.get("isSelected") else ""),
        ("memo", "flexible", lambda row: row.get("memo") or row["filename"]),
    ]
    rows = client.submissions(slug, limit=limit)
    output.show(rows, columns, as_json=as_json, empty="Your team has not submitted anything yet.")


def board_columns(digits: int, *, private: bool) -> list[output.Column]:
    def change(row: dict[str, Any]) -> str:
        moved = row.get("change")
        return "" if moved is None else "=" if moved == 0 else f"{'▲' if moved > 0 else '▼'}{abs(moved)}"

    columns: list[output.Column] = [
        ("rank", "right", lambda row: str(row["rank"] or "–")),
        ("team", "flexible", lambda row: row["team"]["name"]),
        ("score", "right", lambda row: output.score(row["score"], digits)),
        ("n", "right", lambda row: str(row["submissions"])),
        ("last", "right", lambda row: output.age(row["lastSubmittedAt"])),
    ]
    return [*columns, ("change", "right", change)] if private else columns


@main.command()
@click.argument("slug")
@click.option("--private", is_flag=True, help="The private leaderboard, once it is confirmed.")
@click.option("--limit", "-n", type=click.IntRange(1), default=20, show_default=True)
@click.option("--watch", "-w", is_flag=True, help="Print it anew whenever it changes, until Ctrl-C.")
@as_json
def lb(slug: str, private: bool, limit: int, watch: bool, as_json: bool) -> None:
    """Show the leaderboard, your own team's row included."""
    client = Client.configured()
    digits = client.competition(slug).get("scoreDigits", 5)
    seen: Any = None
    while True:
        answer = client.leaderboard(slug, private=private, limit=limit)
        rows = answer["results"]
        me = answer["me"]
        if me and all(row["team"]["id"] != me["team"]["id"] for row in rows):
            rows = [*rows, me]
        if rows != seen:
            seen = rows
            output.show(rows, board_columns(digits, private=private), as_json=as_json, empty="Nobody has a score yet.")
            remember(client, slug, private=private, rows=rows)
        if not watch:
            return
        time.sleep(5)


def look_path(client: Client, slug: str, *, private: bool) -> Path:
    server = client.url.split("://", 1)[-1].replace("/", "_").replace(":", "_")
    return config.cache_dir() / "boards" / server / f"{slug}-{'private' if private else 'public'}.json"


def remember(client: Client, slug: str, *, private: bool, rows: list[dict[str, Any]]) -> None:
    """Keep this look for `uzu diff`, together with rows of earlier looks that this one did not cover."""
    path = look_path(client, slug, private=private)
    config.write_json(path, {**(config.read_json(path) or {}), **board.snapshot(rows)})


@main.command()
@click.argument("slug")
@click.option("--private", is_flag=True)
@click.option("--limit", "-n", type=click.IntRange(1), default=200, show_default=True, help="Ranks that are compared.")
@as_json
def diff(slug: str, private: bool, limit: int, as_json: bool) -> None:
    """Show what changed on the leaderboard since you looked."""
    client = Client.configured()
    digits = client.competition(slug).get("scoreDigits", 5)
    before = config.read_json(look_path(client, slug, private=private))
    rows = client.leaderboard(slug, private=private, limit=limit)["results"]
    remember(client, slug, private=private, rows=rows)
    if before is None:
        output.err.print("This was the first look; from now on changes are shown.")
    changes = [one.as_dict() for one in board.differences(before or {}, rows)] if before is not None else []
    columns: list[output.Column] = [
        ("", "left", lambda row: {"new": "＋", "improved": "★", "up": "▲", "down": "▼"}[row["kind"]]),
        ("team", "flexible", lambda row: row["team"]),
        ("rank", "right", lambda row: f"{row['rankBefore'] or '–'} → {row['rankNow']}"),
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

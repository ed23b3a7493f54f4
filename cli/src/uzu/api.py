"""The server's API, as far as the command line and the notebook client use it."""

from __future__ import annotations

import hashlib
import json
import platform
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

import httpx

from uzu import config

Progress = Callable[[int, "int | None"], None]

POLL_SECONDS = 1.0
CHUNK = 1 << 18
PART_ATTEMPTS = 5


class UzuError(Exception):
    """The server said no, or could not be reached. `errors` holds what it said, place by place.

    status: the HTTP status; 0 where there was no answer.
    """

    def __init__(self, message: str, *, status: int = 0, errors: list[dict[str, Any]] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors or []

    @property
    def code(self) -> str:
        return self.errors[0].get("code", "") if self.errors else ""


def message_of(problem: dict[str, Any]) -> str:
    """One problem, with what its text does not say of its place: `Not a number. (row 3, id 7, and 4 more)`."""
    detail = str(problem.get("detail", ""))
    named = [key for key in ("row", "id", "column") if problem.get(key) not in (None, "")]
    said = detail.lower()
    place = [
        f"{key} {problem[key]}"
        for key in named
        if f"{key} {problem[key]}".lower() not in said and f"“{problem[key]}”".lower() not in said
    ]
    if problem.get("more"):
        place.append(f"and {problem['more']} more")
    return detail + (f" ({', '.join(place)})" if place else "")


def machine_name() -> str:
    """What this machine calls itself, short enough for the name of a token."""
    return platform.node().split(".")[0][:60] or "this machine"


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def in_phase(phase: int | None) -> str:
    """What stands between the address of a competition and that of something of a phase."""
    return "" if phase is None else f"phases/{phase}/"


class Client:
    """One server, one account. `transport` is httpx's, for tests."""

    def __init__(self, url: str, token: str = "", *, transport: httpx.BaseTransport | None = None) -> None:
        self.url = config.normalise(url)
        headers = {"User-Agent": "uzu-client/0.1", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        timeout = httpx.Timeout(30, read=600)
        self.http = httpx.Client(base_url=self.url, headers=headers, timeout=timeout, transport=transport)

    @classmethod
    def configured(cls) -> Client:
        """The client of `uzu login` or of the environment.

        Raises:
            UzuError: neither is there.
        """
        account = config.load_account()
        if account is None:
            raise UzuError("You are not signed in: run `uzu login URL`, or set UZU_URL and UZU_TOKEN.")
        return cls(account.url, account.token)

    def request(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """Send; anything but success is an UzuError in the server's own words."""
        try:
            response = self.http.request(method, path, **kwargs)
        except httpx.HTTPError as error:
            raise UzuError(f"{self.url} can't be reached: {error}") from error
        if response.is_success:
            return response
        raise self.error_of(response)

    @staticmethod
    def error_of(response: httpx.Response) -> UzuError:
        try:
            body = response.json()
        except ValueError:
            body = {}
        errors = body.get("errors", []) if isinstance(body, dict) else []
        text = "\n".join(message_of(one) for one in errors) or f"The server answered {response.status_code}."
        return UzuError(text, status=response.status_code, errors=errors)

    def get(self, path: str, **params: Any) -> Any:
        return self.request("GET", path, params={k: v for k, v in params.items() if v is not None}).json()

    def pages(self, path: str, *, limit: int | None = None, **params: Any) -> Iterator[dict[str, Any]]:
        """Every row of a paged list, or the first `limit`."""
        page = 1
        while True:
            answer = self.get(path, page=page, **params)
            for row in answer["results"]:
                if limit is not None:
                    if limit <= 0:
                        return
                    limit -= 1
                yield row
            if not answer.get("next"):
                return
            page += 1

    # --- signing in ---------------------------------------------------------------------------------------------------
    def sign_in(self, login: str, password: str, *, replaces: str = "") -> tuple[str, str]:
        """User name and a new personal token, named after this machine, for a password.

        replaces: the token this machine had before; it ends, if it was the same person's.
        """
        fields = {"username": login, "password": password, "machine": machine_name(), "replaces": replaces}
        answer = self.request("POST", "/auth/login/", data=fields).json()
        return answer["user"]["username"], answer["token"]

    def me(self) -> dict[str, Any]:
        return self.get("/api/me/")

    # --- competitions -------------------------------------------------------------------------------------------------
    def competition(self, slug: str) -> dict[str, Any]:
        return self.of_competition(slug)

    def of_competition(self, slug: str, path: str = "", *, method: str = "GET", **kwargs: Any) -> Any:
        """What an address below the competition's answers. Where there is nothing, it says what is not there."""
        base = f"/api/competitions/{quote(slug, safe='')}/"
        try:
            return self.request(method, base + path, **kwargs).json()
        except UzuError as error:
            if error.status != httpx.codes.NOT_FOUND or (path and self._answers(base)):
                raise
            text = f"There is no competition “{slug}” here: `uzu competitions` lists them."
            raise UzuError(text, status=error.status, errors=error.errors) from error

    def _answers(self, path: str) -> bool:
        try:
            self.request("GET", path)
        except UzuError:
            return False
        return True

    def enter(self, slug: str, *, accept_rules: bool, code: str) -> dict[str, Any]:
        """Take part, with a team of one's own; returns it. Accepted is the version of the rules that stands now."""
        fields: dict[str, Any] = {"acceptRules": accept_rules, "invitationCode": code}
        if accept_rules:
            fields["rulesVersion"] = self.competition(slug)["rulesVersion"]
        return self.of_competition(slug, "enter/", method="POST", json=fields)

    def accept_rules(self, slug: str) -> None:
        """Accept the rules as they stand now, as somebody who takes part already."""
        version = self.competition(slug)["rulesVersion"]
        self.request("POST", f"/api/competitions/{slug}/accept-rules/", json={"rulesVersion": version})

    def competition_pages(self, slug: str) -> list[dict[str, Any]]:
        return self.of_competition(slug, "pages/")

    def select(self, submission_id: int, *, selected: bool) -> dict[str, Any]:
        """Mark a submission for the final ranking, or take the mark back; returns it."""
        method = "PUT" if selected else "DELETE"
        return self.request(method, f"/api/submissions/{submission_id}/selection/").json()

    def competitions(self, **params: Any) -> Iterator[dict[str, Any]]:
        return self.pages("/api/competitions/", **params)

    def phase_named(self, slug: str, wanted: str | int | None) -> int | None:
        """The number of the phase of this number or name; None where none is named.

        Raises:
            UzuError: the competition has none like that.
        """
        if wanted is None:
            return None
        phases = self.competition(slug).get("phases")
        if phases is None:
            raise UzuError("This server knows no phases yet.")
        word = str(wanted).strip().casefold()
        for one in phases:
            if word in (str(one["number"]), one["name"].casefold()):
                return int(one["number"])
        there = ", ".join(f"{one['number']} {one['name']}".strip() for one in phases)
        raise UzuError(f"“{slug}” has no phase “{wanted}”; there are: {there}")

    def digits(self, slug: str, phase: int | None = None) -> int:
        """How many digits scores are shown with."""
        return int(self.of_competition(slug, in_phase(phase)).get("scoreDigits", 5))

    def my_team(self, slug: str) -> dict[str, Any]:
        team = self.competition(slug).get("myTeam")
        if not team:
            raise UzuError(f"You do not take part in “{slug}” yet: join it at {self.url}/competitions/{slug}")
        return team

    def data_files(self, slug: str, *, phase: int | None = None) -> list[dict[str, Any]]:
        """The data files; with `phase`, those that open with it and those of no phase."""
        answer = self.of_competition(slug, "data/")
        rows = answer["results"] if isinstance(answer, dict) else answer
        return [one for one in rows if phase is None or one.get("phase") in (None, phase)]

    def download_file(self, address: str, target: Path, progress: Progress | None = None, *, sha256: str = "") -> Path:
        """Fetch `address` into `target`, going on where an earlier try stopped if the file is still the same one.

        Raises:
            UzuError: the server said no, the line was cut, or what arrived has not the checksum `sha256`.
        """
        partial = target.with_name(target.name + ".part")
        validator = target.with_name(target.name + ".etag")
        target.parent.mkdir(parents=True, exist_ok=True)
        have = partial.stat().st_size if partial.exists() and validator.exists() else 0
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": validator.read_text(encoding="utf-8")}
        try:
            with self.http.stream("GET", address, headers=headers, follow_redirects=True) as response:
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    partial.unlink()
                    return self.download_file(address, target, progress, sha256=sha256)
                if not response.is_success:
                    response.read()
                    raise self.error_of(response)
                resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
                done = have if resumed else 0
                length = response.headers.get("Content-Length")
                total = done + int(length) if length else None
                if etag := response.headers.get("ETag"):
                    validator.write_text(etag, encoding="utf-8")
                with partial.open("ab" if resumed else "wb") as out:
                    for chunk in response.iter_bytes(CHUNK):
                        out.write(chunk)
                        done += len(chunk)
                        if progress:
                            progress(done, total)
        except httpx.HTTPError as error:
            raise UzuError(f"The download was cut ({error}); run it again to go on where it stopped.") from error
        validator.unlink(missing_ok=True)
        if sha256 and sha256_of(partial) != sha256:
            partial.unlink()
            raise UzuError(f"What arrived of {target.name} has not the checksum the server names: run it again.")
        partial.replace(target)
        return target

    # --- organisers' data ---------------------------------------------------------------------------------------------
    def push_data_file(
        self, slug: str, path: Path, name: str, *, replace: bool, progress: Progress, phase: int | None = None
    ) -> dict[str, Any]:
        """Send a data file in parts; an earlier try of the same name, size and phase goes on with what is missing.

        Parts go where the server says: to it, or straight to its object store, which gets no credentials of ours.
        """
        base = f"/api/competitions/{slug}/data/uploads/"
        size = path.stat().st_size
        opened = (one for one in self.of_competition(slug, "data/uploads/") if one["state"] == "open")
        wanted = (name, size, phase)
        upload = next((one for one in opened if (one["name"], one["size"], one.get("phase")) == wanted), None)
        if upload is None:
            fields: dict[str, Any] = {"name": name, "size": size, "sha256": sha256_of(path), "replace": replace}
            if phase is not None:
                fields["phase"] = phase
            upload = self.request("POST", base, json=fields).json()
        mine = f"{base}{upload['id']}/"
        done = size - sum(min(upload["partSize"], size - (n - 1) * upload["partSize"]) for n in upload["missing"])
        with path.open("rb") as file:
            for number in upload["missing"]:
                file.seek((number - 1) * upload["partSize"])
                content = file.read(upload["partSize"])
                (target,) = self.request("POST", f"{mine}targets/", json={"numbers": [number]}).json()
                self._put_part(target, content)
                done += len(content)
                progress(done, size)
        upload = self.request("POST", f"{mine}complete/").json()
        while upload["state"] == "finishing":
            time.sleep(POLL_SECONDS)
            upload = self.get(mine)
        if upload["state"] != "done":
            raise UzuError(upload["error"] or "The file could not be published.")
        return upload

    def _put_part(self, target: dict[str, Any], content: bytes) -> None:
        """Put one part, again where the connection breaks."""
        for attempt in range(PART_ATTEMPTS):
            try:
                if target["direct"]:
                    answer = httpx.put(target["url"], content=content, timeout=600)
                else:
                    answer = self.http.put(target["url"], content=content)
            except httpx.HTTPError as error:
                if attempt == PART_ATTEMPTS - 1:
                    raise UzuError(f"The upload was cut ({error}); run it again to go on where it stopped.") from error
                time.sleep(POLL_SECONDS * 2**attempt)
                continue
            if not answer.is_success:
                raise self.error_of(answer)
            return

    # --- submitting ---------------------------------------------------------------------------------------------------
    def submit(
        self,
        slug: str,
        file: IO[bytes],
        filename: str,
        *,
        memo: str = "",
        cv: float | None = None,
        team: int | None = None,
        experiment: dict[str, Any] | None = None,
        phase: int | None = None,
    ) -> dict[str, Any]:
        """Send a file for one's team; returns the server's answer, scored or (202) still to be scored.

        team: the id of one's team there, where it is known already. experiment: how the file was made; see the server's
        description of `Experiment`. phase: its number; without it, the one that runs.
        """
        data: dict[str, str] = {"team": str(team or self.my_team(slug)["id"]), "memo": memo}
        if phase is not None:
            data["phase"] = str(phase)
        if cv is not None:
            data["cvScore"] = repr(float(cv))
        if experiment:
            data["experiment"] = json.dumps(experiment, ensure_ascii=False)
        return self.request("POST", "/api/teams/submissions/", data=data, files={"file": (filename, file)}).json()

    def describe(self, submission_id: int, **fields: Any) -> dict[str, Any]:
        """Write memo, cvScore, experiment or sharesExperiment of an own submission anew; returns it."""
        return self.request("PATCH", f"/api/submissions/{submission_id}/", json=fields).json()

    def wait(self, submission_id: int, *, tick: Callable[[], None] = lambda: None) -> dict[str, Any]:
        """The submission, once it is scored, refused or failed."""
        while True:
            submission = self.get(f"/api/submissions/{submission_id}/")
            if submission["status"] != "pending":
                return submission
            tick()
            time.sleep(POLL_SECONDS)

    def receipt(self, submission_id: int) -> dict[str, Any]:
        return self.get(f"/api/submissions/{submission_id}/receipt/")

    def receipt_path(self, submission_id: int) -> dict[str, Any]:
        """The proof that a receipt is among all those sealed after the end."""
        return self.get(f"/api/submissions/{submission_id}/receipt/path/")

    def submissions(self, slug: str, *, limit: int | None = None, phase: int | None = None) -> list[dict[str, Any]]:
        team = self.my_team(slug)["id"]
        of = {} if phase is None else {"phase": phase}
        return list(self.pages(f"/api/teams/{team}/submissions/", limit=limit, **of))

    def allowance(self, slug: str, *, phase: int | None = None) -> dict[str, Any]:
        return self.get(f"/api/teams/{self.my_team(slug)['id']}/allowance/", phase=phase)

    # --- leaderboard --------------------------------------------------------------------------------------------------
    def leaderboard(
        self,
        slug: str,
        *,
        private: bool = False,
        limit: int = 20,
        bracket: str | None = None,
        phase: int | None = None,
    ) -> dict[str, Any]:
        """The first `limit` rows ("results"), one's own ("me"), the lines ("baselines") and what is shown beside the
        score ("columns")."""
        path = f"/api/competitions/{slug}/{in_phase(phase)}leaderboard/{'private' if private else 'public'}/"
        first, rows = self._board(path, limit=limit, bracket=bracket)
        return {
            "results": rows,
            "me": first.get("me"),
            "count": first.get("count", len(rows)),
            "baselines": first.get("baselines", []),
            "columns": first.get("columns", []),
        }

    def combined_leaderboard(self, slug: str, *, limit: int = 20, bracket: str | None = None) -> dict[str, Any]:
        """The first `limit` rows ("results") of the ranking over all phases, one's own ("me"), the "phases" in the
        order of those of a row, and the "rule" that ranks."""
        path = f"/api/competitions/{slug}/leaderboard/combined/"
        first, rows = self._board(path, limit=limit, bracket=bracket)
        return {**{name: first[name] for name in ("me", "count", "rule", "phases", "isFinal")}, "results": rows}

    def _board(self, path: str, *, limit: int, bracket: str | None) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The first page of a leaderboard, and its first `limit` rows, of as many pages as that takes."""
        of = {"bracket": bracket} if bracket else {}
        first = self.get(path, pageSize=min(limit, 1000), **of)
        if bracket and first.get("bracket") != bracket:
            raise UzuError("This server knows no brackets yet.")
        rows = first["results"][:limit]
        if len(rows) < limit and first.get("next"):
            rows = list(self.pages(path, limit=limit, pageSize=1000, **of))
        return first, rows

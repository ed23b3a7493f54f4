"""What the demo's people say to each other: discussions with answers, code, formulas and likes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.models import User
from competitions.models import Competition
from discussions.services.likes import like
from discussions.services.posts import add_comment, create_discussion


@dataclass(frozen=True)
class Thread:
    """A discussion; `answers` are user name and text, `likers` like the first post. `after`: the start it follows."""

    competition: str
    author: str
    title: str
    body: str
    after: timedelta
    tags: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    likers: tuple[str, ...] = field(default=())
    is_announcement: bool = False
    translations: Mapping[str, str] = field(default_factory=dict)


THREADS = (
    Thread(
        competition="demo-diabetes",
        author="host",
        title="Welcome! 🎉",
        body="Good luck to all of you. Questions about the data go here.",
        translations={
            "title_ja": "ようこそ 🎉",
            "body_ja": "みなさんのご健闘を祈ります。データについての質問はこちらにどうぞ。",
        },
        after=timedelta(hours=1),
        answers=(("mei", "がんばります！"), ("grace", "Thank you for having us.")),
        likers=("alice", "bob", "sakura", "mei", "carlos"),
        is_announcement=True,
    ),
    Thread(
        competition="demo-diabetes",
        author="alice",
        title="A baseline in ten lines",
        body=(
            "Ridge with scaling is hard to beat here:\n\n"
            "```python\n"
            "import pandas as pd\n"
            "from sklearn.linear_model import Ridge\n"
            "from sklearn.pipeline import make_pipeline\n"
            "from sklearn.preprocessing import StandardScaler\n\n"
            'train, test = pd.read_csv("train.csv"), pd.read_csv("test.csv")\n'
            'columns = train.columns.drop(["id", "progression"])\n'
            "model = make_pipeline(StandardScaler(), Ridge(3)).fit(train[columns], train.progression)\n"
            "test.assign(progression=model.predict(test[columns]))[['id', 'progression']]"
            '.to_csv("submission.csv", index=False)\n'
            "```\n\n"
            "It minimises $\\lVert y - Xw \\rVert^2 + \\alpha \\lVert w \\rVert^2$."
        ),
        after=timedelta(days=1),
        tags=("baseline", "code"),
        answers=(
            ("bob", "Thank you @alice! With `alpha=5` my CV is a little better."),
            ("yuki", "参考になりました。勾配ブースティングだと過学習しやすいですね。"),
        ),
        likers=("bob", "yuki", "mei", "fatima", "ivan", "dana"),
    ),
    Thread(
        competition="demo-diabetes",
        author="yuki",
        title="CVとLBの差が大きい？",
        body=(
            "パブリックは88行しかないので、スコアが大きく揺れます。CVを信じたほうがよさそうです。\n\n"
            "| モデル | CV | LB |\n| --- | --- | --- |\n| ridge | 55.1 | 54.7 |\n| forest | 57.9 | 58.2 |\n"
        ),
        after=timedelta(days=3),
        tags=("cv",),
        answers=(("sakura", "同感です。シェイクアップに注意ですね 🌀"),),
        likers=("sakura", "kenji", "ren"),
    ),
    Thread(
        competition="demo-breast-cancer",
        author="grace",
        title="What worked for us",
        body="A blend of logistic regression and extra trees, chosen by cross-validation, never by the leaderboard.",
        after=timedelta(days=14, hours=5),
        tags=("solution",),
        answers=(("alice", "The same here, and we were lucky with our selection."),),
        likers=("alice", "bob", "sakura", "eun"),
    ),
)


def talk(competition: Competition, users: dict[str, User]) -> None:
    """Every thread of the competition, as far as its people take part in it."""
    members = competition.memberships.values_list("user__username", flat=True)
    present = {name: users[name] for name in (*members, *competition.hosts.values_list("username", flat=True))}
    for thread in THREADS:
        if thread.competition == competition.slug and thread.author in present:
            start(thread, competition, present, at=competition.phase.starts_at + thread.after)


def start(thread: Thread, competition: Competition, users: dict[str, User], *, at: datetime) -> None:
    discussion = create_discussion(
        by=users[thread.author],
        competition=competition,
        title=thread.title,
        body=thread.body,
        tags=thread.tags,
        is_announcement=thread.is_announcement,
        translations=thread.translations,
        at=at,
    )
    answers = [(author, text) for author, text in thread.answers if author in users]
    for number, (author, text) in enumerate(answers, start=1):
        add_comment(discussion=discussion, by=users[author], body=text, at=at + number * timedelta(minutes=17))
    for liker in users.keys() & set(thread.likers):
        like(post=discussion, by=users[liker], at=at + timedelta(hours=1))

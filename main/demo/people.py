"""Who takes part in the demo."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    username: str
    display_name: str
    language: str = "en"
    bio: str = ""

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


@dataclass(frozen=True)
class Crew:
    """A team of the demo: its owner first. `skill` 0 to 1 is how far up the ladder of models it gets."""

    name: str
    members: tuple[str, ...]
    skill: float
    submissions: int


HOST = Person("host", "Uzu Hosts", bio="We run the competitions of this demo.")
ALICE = Person("alice", "Alice 🦊", bio="Loves tidy baselines.")
BOB = Person("bob", "Bob", bio="Ensembles everything.")

OTHERS = (
    Person("sakura", "さくら 🌸", "ja", "データ分析の勉強中です。"),
    Person("haruto", "陽翔", "ja"),
    Person("yuki", "ゆき ❄️", "ja", "勾配ブースティングが好き。"),
    Person("kenji", "Kenji", "ja"),
    Person("mei", "メイ", "ja"),
    Person("ren", "蓮", "ja"),
    Person("carlos", "Carlos 🌮"),
    Person("dana", "Dana"),
    Person("eun", "Eun"),
    Person("fatima", "Fatima"),
    Person("grace", "Grace H."),
    Person("ivan", "Ivan"),
    Person("lena", "Lena 🎻"),
    Person("omar", "Omar"),
)

# Those one can sign in as; the others have no password.
WITH_PASSWORD = (HOST, ALICE, BOB)
EVERYBODY = (*WITH_PASSWORD, *OTHERS)

CREWS = (
    Crew("渦潮クラブ 🌀", ("sakura", "haruto"), 0.95, 9),
    Crew("Alice in Overfitland 🦊", ("alice",), 0.85, 7),
    Crew("勾配ブースターズ 🚀", ("yuki", "kenji"), 0.9, 10),
    Crew("Bagging Bob", ("bob",), 0.7, 6),
    Crew("はじめてのML", ("mei",), 0.45, 5),
    Crew("Los Residuos 🌮", ("carlos",), 0.8, 8),
    Crew("ランダムの森 🌲", ("ren",), 0.6, 6),
    Crew("Null Hypotheses", ("dana", "omar"), 0.65, 7),
    Crew("Seoul Gradient", ("eun",), 0.75, 6),
    Crew("First Tree 🌱", ("fatima",), 0.3, 4),
    Crew("Grace & Error", ("grace",), 0.88, 8),
    Crew("Cross Validators", ("ivan",), 0.5, 5),
    Crew("バイオリンプロット 🎻", ("lena",), 0.0, 0),
)

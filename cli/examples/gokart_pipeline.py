"""Predict, check, submit and wait for the score, as a gokart pipeline.

    $ pip install gokart pandas https://uzu.example.org/uzu-client.zip https://uzu.example.org/uzu-scoring.zip
    $ uzu login https://uzu.example.org
    $ python gokart_pipeline.py Score --competition demo-diabetes --local-scheduler

gokart keeps what each task made under ./resources: run it again with the same parameters, and nothing is submitted
twice.
"""

from __future__ import annotations

from pathlib import Path

import gokart
import luigi
import pandas as pd
import uzu
from uzu import checking


class Predict(gokart.TaskOnKart):
    """Stands for your model: the mean of the target for every id of the sample submission."""

    competition = luigi.Parameter()

    def run(self) -> None:
        folder = f"data/{self.competition}"
        uzu.download(self.competition, folder)
        sample = pd.read_csv(f"{folder}/sample_submission.csv")
        target = sample.columns[1]
        self.dump(sample.assign(**{target: pd.read_csv(f"{folder}/train.csv")[target].mean()}))


class Checked(gokart.TaskOnKart):
    """The predictions, once they are as the competition expects them; before that the pipeline stops here."""

    competition = luigi.Parameter()

    def requires(self) -> gokart.TaskOnKart:
        return Predict(competition=self.competition)

    def run(self) -> None:
        frame = self.load()
        file = Path(f"data/{self.competition}/{self.make_unique_id()}.csv")
        frame.to_csv(file, index=False)
        problems = checking.check(uzu.Client.configured(), self.competition, file)
        if problems:
            raise ValueError("\n".join(problem["detail"] for problem in problems))
        self.dump(frame)


class Score(gokart.TaskOnKart):
    """Submits, with this pipeline's parameters in the lab book, and waits for the score."""

    competition = luigi.Parameter()
    memo = luigi.Parameter(default="gokart pipeline")

    def requires(self) -> gokart.TaskOnKart:
        return Checked(competition=self.competition)

    def run(self) -> None:
        params = self.to_str_params(only_significant=True)
        experiment = {"run": self.make_unique_id(), "params": params, "tags": ["gokart"]}
        result = uzu.submit(self.load(), self.competition, memo=self.memo, experiment=experiment)
        self.dump({"submission": result.id, "score": result.score, "rank": result.rank})


if __name__ == "__main__":
    gokart.run()

"""What each metric is, for people: its formula, an example, what it does not tell, in English and Japanese.

Read when somebody asks, not at the start of the server. The English description is the metric's docstring. In formulas
y is the truth, p the prediction, w the weight (1 without weights), n the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scoring.metrics import registry
from scoring.metrics.registry import Inputs

Table = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Text:
    """The same in both languages."""

    en: str
    ja: str


@dataclass(frozen=True)
class Example:
    """A small competition: what `guess` scores for `truth`."""

    truth: Table
    guess: Table
    score: float
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """What is told of a metric besides its name, direction and parameters."""

    formula: str
    ja: str
    limits: Text
    example: Example

    def description(self, name: str) -> Text:
        """What the metric named `name`, which this explains, computes."""
        return Text(registry.get(name).description, self.ja)


INPUTS: Final[dict[Inputs, Text]] = {
    Inputs.NUMBERS: Text("A number in each target column.", "各目的列に数値。"),
    Inputs.BINARY_SCORES: Text(
        "The solution holds 0 or 1 in each target column, a submission a number.",
        "正解は各目的列に 0 か 1、提出は数値。",
    ),
    Inputs.LABELS: Text("A label in each target column.", "各目的列にラベル。"),
    Inputs.INTEGERS: Text("A whole number in each target column.", "各目的列に整数。"),
    Inputs.CLASS_PROBABILITIES: Text(
        "The solution holds a label; a submission a column for each class, named like it.",
        "正解はラベル、提出はクラスごとに 1 列(列名はクラス名)。",
    ),
    Inputs.RANKED_LABELS: Text(
        "Labels separated by spaces; in a submission the most confident first.",
        "空白区切りのラベル。提出では確信度の高い順。",
    ),
    Inputs.RELEVANCES: Text(
        "A column for each document: its relevance in the solution, its score in a submission.",
        "文書ごとに 1 列。正解は関連度、提出はスコア。",
    ),
    Inputs.CLUSTERS: Text(
        "A label that says which rows belong together; its name does not matter.",
        "どの行が同じ組かを示すラベル(名前は問わない)。",
    ),
    Inputs.TEXTS: Text("A text in each target column; it may be empty.", "各目的列にテキスト(空でもよい)。"),
}

# Descriptions of parameters, by the English one.
PARAMETERS_JA: Final[dict[str, str]] = {
    "The labels a submission may hold. Without them any label is taken, and may be wrong.": "提出で使えるラベル。指定しなければどのラベルも受け付け、違っていれば誤りになります。",
    "The label counted as positive. Without it: 1, else the last of two labels in order.": "正例とするラベル。指定しなければ 1、なければ 2 つのラベルの順で後のもの。",
    "The class labels, which are the columns of a submission. Without them: the labels found in the solution.": "クラスのラベル(提出の列名)。指定しなければ正解にあるラベル。",
    "The quantile to predict, 0.5 for the median.": "予測する分位点。0.5 は中央値。",
    "How many places of the ranking count.": "順位の上位何件までを数えるか。",
    "How many times recall counts as much as precision.": "再現率を適合率の何倍重く見るか。",
    "The power of the variance: 1 is Poisson, 2 would be gamma.": "分散のべき。1 はポアソン、2 ならガンマ。",
    "From this error on the loss grows linearly.": "誤差がこの値を超えると損失は直線的に増えます。",
    "What a larger prediction says: that the event comes later (time), or sooner (risk).": "予測値が大きいことの意味。事象が遅い(time)か、早い(risk)か。",
    "Shares are at least this.": "割合の下限。",
    "A predicted deviation is taken to be at least this.": "予測された標準偏差の下限。",
    "A difference is taken to be at most this.": "差の上限。",
    "The share outside the interval: 0.1 for one of 90 %.": "区間の外になる割合。90 % 区間なら 0.1。",
    "The quantiles to predict, ascending.": "予測する分位点(昇順)。",
    "How many values are predicted for each row.": "1 行につき予測する値の数。",
    "The false positive rate up to which the curve counts.": "曲線を数える偽陽性率の上限。",
    "The true positive rate below which the curve counts more.": "これより低い真陽性率の部分を重く数えます。",
    "How many times as much it counts there.": "その部分を何倍で数えるか。",
    "What a disagreement costs: always 1 (none), the steps between the two levels (linear), or their square "
    "(quadratic). The levels stand in the order of classes.": "不一致の重さ。常に 1(none)、段階の差(linear)、その 2 乗(quadratic)。段階の順は classes の順。",
    "What is told of the distances: their mean, median, 95th percentile (p95), or the mean of the last two.": "距離の何を見るか。平均、中央値、95 パーセンタイル(p95)、後の 2 つの平均。",
    "The mean of the rows (samples), of the labels (macro), or all labels of all rows counted together (micro).": "行の平均(samples)、ラベルの平均(macro)、全行の全ラベルをまとめて数える(micro)。",
    "What a row scores where both sets are empty.": "どちらの集合も空の行の点。",
    "What a row scores where both masks are empty.": "どちらのマスクも空の行の点。",
    "What a cell holds: spans start:end:label, or a tag for each token (iob2).": "セルの中身。区間 start:end:label(spans)か、トークンごとのタグ(iob2)。",
    "Runs of one word, of two, or the longest common subsequence.": "1 語、2 語の連なり、または最長共通部分列。",
    "Up to so many words in a row: 2 is chrF++, 0 is chrF.": "数える語の連なりの長さ。2 は chrF++、0 は chrF。",
    "Compare in small letters.": "小文字にして比べます。",
    "The mean of the rows, or all pixels of all rows counted together (global).": "行の平均(rows)か、全行の全画素をまとめて数える(global)。",
    "How many times recall counts as much as precision: 1 is Dice.": "再現率を適合率の何倍重く見るか。1 は Dice。",
    "From which overlap (IoU) a box counts as found; the mean of several.": "重なり(IoU)がいくつ以上なら検出とするか。複数ならその平均。",
    "How the curve of precision is added up: at 101 recalls (coco), or at every one there is (voc).": "適合率の曲線の足し方。101 個の再現率で(coco)、またはすべての点で(voc)。",
    "Events from this time on are not counted. Without it: all count.": "この時刻以降の事象は数えません。指定しなければすべて数えます。",
    "The power of the mean of the subgroups: the lower, the more the worst one counts.": "部分集団の平均のべき。小さいほど最も悪い集団を重く数えます。",
    "How much the AUC of all rows counts; the rest is shared out evenly.": "全行の AUC の重さ。残りは 3 種の平均に等分します。",
    "All boxes of all rows counted together (global), or the mean of the rows.": "全行の枠をまとめて数える(global)か、行の平均(rows)。",
    "What a row scores where there are no boxes, and none are predicted.": "枠がなく、予測もない行の点。",
    "How many pixels high every image is.": "どの画像にも共通の高さ(画素)。",
    "How many pixels wide every image is.": "どの画像にも共通の幅(画素)。",
    "How pixels are counted: down the columns, as Kaggle does, or along the rows.": "画素の数え方。列を下へ(columns、Kaggle と同じ)か、行に沿って(rows)。",
    "How many standard deviations of the scores of the groups make the score worse than their mean.": "組ごとのスコアの標準偏差の何倍だけ、平均よりスコアを悪くするか。",
    "A column of the solution that says which rows belong together: the score is the mean of the scores of the groups.": "行の組を示す正解の列。スコアは組ごとのスコアの平均になります。",
    "How much a group counts: all the same (equal), or by the sum of the weights of its rows (rows).": "組の重さ。すべて同じ(equal)か、行の重みの和(rows)。",
    "How much each target column counts in the mean of the columns, by its name. Without it: all the same.": "列の平均での各目的列の重さ(列名ごと)。指定しなければすべて同じ。",
    "Targets may be blank in the solution: a column is scored on the rows where it is not.": "正解の空欄を認めます。列は空欄でない行だけで採点します。",
    "Columns and groups for which the metric is not defined, such as those of one class, are left out of the mean.": "クラスが 1 つしかないなど、指標が定まらない列や組を平均から除きます。",
}


def _explained(
    formula: str,
    ja: str,
    limits: tuple[str, str],
    example: tuple[Table, Table],
    score: float,
    **params: Any,
) -> Explanation:
    return Explanation(formula, ja, Text(*limits), Example(*example, score, params))


_NUMBERS = {"t": [3, 1, 2, 7]}, {"t": [2.5, 1, 3, 8]}
_BINARY = {"t": [0, 0, 1, 1]}, {"t": [0.1, 0.4, 0.35, 0.8]}
_LABELS = {"t": ["cat", "dog", "cat", "cow"]}, {"t": ["cat", "cat", "cat", "cow"]}
_YES = {"t": [1, 0, 1, 0, 1]}, {"t": [1, 1, 0, 0, 1]}
_CLASSES = {"t": ["a", "b", "c"]}, {"a": [0.8, 0.3, 0.2], "b": [0.1, 0.6, 0.5], "c": [0.1, 0.1, 0.3]}
_RANKED = {"t": ["a", "b c"]}, {"t": ["b a c", "c a b"]}
_RATINGS = {"t": [1, 2, 3, 4]}, {"t": [1, 3, 3, 3]}
_SCALED = {"t": [3, 1, 2], "scale": [1, 1, 2]}, {"t": [2, 1, 4]}
_NORMAL = {"t": [1, 2]}, {"t_mean": [1.5, 2], "t_sd": [1, 0.5]}
_SOFT = {"a": [1, 0.5], "b": [0, 0.5]}, {"a": [0.8, 0.5], "b": [0.2, 0.5]}
_SETS = {"t": ["a b", "c", ""]}, {"t": ["a", "c d", ""]}
_WORDS = {"t": ["the cat sat on the mat", "a dog"]}, {"t": ["the cat sat on a mat", "the dog"]}
_MASKS = {"t": ["1 4", "3 2 8 1", ""]}, {"t": ["3 4", "3 2", ""]}

_OUTLIERS = "Few large errors decide the score.", "少数の大きな誤差がスコアを決めます。"
_UNITS = "It depends on the unit and the spread of the target.", "目的変数の単位とばらつきに依存します。"
_ORDER = (
    "Only the order counts: it says nothing of how good probabilities are.",
    "順序だけを見ます。確率の正しさは分かりません。",
)
_RARE = "Of rare classes it says little.", "少ないクラスのことはほとんど分かりません。"
_EXACT = "Only what agrees exactly counts; spelling matters.", "完全に一致したものだけを数えます。表記に注意。"
_OVERCONFIDENT = "A single confident mistake costs very much.", "確信して外した 1 行が大きく響きます。"
_LENGTH = "Long lists are free beyond K, and each row counts the same.", "K より後は読まれず、どの行も同じ重さです。"
_SMALL_ROWS = (
    "A row with a small true value counts as much as one with a large value.",
    "正解が小さい行も大きい行と同じ重さです。",
)

EXPLANATIONS: Final[dict[str, Explanation]] = {
    "rmse": _explained(
        r"\sqrt{\frac{\sum_i w_i (y_i - p_i)^2}{\sum_i w_i}}",
        "差の 2 乗の(重み付き)平均の平方根。目的列が複数なら列ごとの値の平均。",
        _OUTLIERS,
        _NUMBERS,
        0.75,
    ),
    "mse": _explained(
        r"\frac{\sum_i w_i (y_i - p_i)^2}{\sum_i w_i}", "差の 2 乗の(重み付き)平均。", _OUTLIERS, _NUMBERS, 0.5625
    ),
    "mae": _explained(
        r"\frac{\sum_i w_i |y_i - p_i|}{\sum_i w_i}", "差の絶対値の(重み付き)平均。", _UNITS, _NUMBERS, 0.625
    ),
    "rmsle": _explained(
        r"\sqrt{\frac{1}{n}\sum_i (\log(1+y_i) - \log(1+p_i))^2}",
        "log(1 + 値) の差の 2 乗平均の平方根。正解も予測も 0 以上。",
        ("Too low costs more than too high by the same amount.", "同じ差でも低すぎる予測のほうが重くなります。"),
        _NUMBERS,
        0.169163,
    ),
    "mape": _explained(
        r"\frac{1}{n}\sum_i \frac{|y_i - p_i|}{|y_i|}",
        "差の絶対値を正解の絶対値で割った平均。0.1 は 10 %。正解が 0 の行では誤差が極めて大きくなります。",
        _SMALL_ROWS,
        _NUMBERS,
        0.202381,
    ),
    "smape": _explained(
        r"\frac{200}{n}\sum_i \frac{|y_i - p_i|}{|y_i| + |p_i|}",
        "差の絶対値を両者の大きさの平均で割った値の平均(0 から 200 %)。両方 0 の行は 0。",
        _SMALL_ROWS,
        _NUMBERS,
        17.8788,
    ),
    "r2": _explained(
        r"1 - \frac{\sum_i (y_i - p_i)^2}{\sum_i (y_i - \bar y)^2}",
        "説明された分散の割合。完全な予測で 1、採点する行の平均を答えると 0。",
        (
            "It depends on the spread of the rows scored, and has no lower end.",
            "採点する行のばらつきに依存し、下限はありません。",
        ),
        _NUMBERS,
        0.891566,
    ),
    "pearson": _explained(
        r"\frac{\sum_i (y_i - \bar y)(p_i - \bar p)}{\sqrt{\sum_i (y_i - \bar y)^2 \sum_i (p_i - \bar p)^2}}",
        "線形相関(-1 から 1)。一定の予測は 0。",
        ("Scale and offset of the predictions do not matter.", "予測の倍率とずれは問いません。"),
        _NUMBERS,
        0.975216,
    ),
    "spearman": _explained(
        r"\mathrm{pearson}(\mathrm{rank}(y), \mathrm{rank}(p))",
        "順位の相関(-1 から 1)。同点は平均順位。一定の予測は 0。",
        _ORDER,
        _NUMBERS,
        0.8,
    ),
    "pinball": _explained(
        r"\frac{1}{n}\sum_i \max(\alpha (y_i - p_i), (\alpha - 1)(y_i - p_i))",
        "分位点予測の損失。低すぎた分に alpha、高すぎた分に 1 - alpha を掛けます。",
        _UNITS,
        _NUMBERS,
        0.1625,
        alpha=0.9,
    ),
    "wape": _explained(
        r"\frac{\sum_i |y_i - p_i|}{\sum_i |y_i|}",
        "差の絶対値の和を正解の絶対値の和で割った値。",
        ("Rows with large values decide it.", "値の大きい行が決めます。"),
        _NUMBERS,
        0.192308,
    ),
    "rmspe": _explained(
        r"\sqrt{\frac{1}{n}\sum_{y_i \neq 0} \left(\frac{y_i - p_i}{y_i}\right)^2}",
        "差を正解で割った値の 2 乗平均の平方根。正解が 0 の行は数えません。",
        _SMALL_ROWS,
        _NUMBERS,
        0.273032,
    ),
    "mase": _explained(
        r"\frac{1}{n}\sum_i \frac{|y_i - p_i|}{s_i}",
        "差の絶対値を、その系列の過去での単純予測の誤差(scale)で割った平均。正解は値と scale の 2 列、提出は値だけ。",
        (
            "The scales come from the solution file; nothing checks them.",
            "scale は正解ファイルの値で、検証はされません。",
        ),
        _SCALED,
        0.666667,
    ),
    "rmsse": _explained(
        r"\sqrt{\frac{1}{n}\sum_i \frac{(y_i - p_i)^2}{s_i}}, \quad \mathrm{WRMSSE} = \sum_g w_g \, \mathrm{RMSSE}_g",
        "差の 2 乗を scale(過去の隣り合う値の差の 2 乗平均)で割った平均の平方根。WRMSSE は group_column に系列の列、group_weights に rows、重み列を指定します。",
        (
            "Sums over levels of a hierarchy must be rows of the file themselves.",
            "階層の集計値も採点するなら、行として含めます。",
        ),
        _SCALED,
        1.0,
    ),
    "median_ae": _explained(
        r"\mathrm{median}_i |y_i - p_i|",
        "差の絶対値の中央値。",
        ("The worse half of the rows does not matter.", "悪いほうの半分の行は影響しません。"),
        _NUMBERS,
        0.75,
    ),
    "huber": _explained(
        r"\frac{1}{n}\sum_i \begin{cases} \frac{1}{2} e_i^2 & |e_i| \le \delta \\ \delta (|e_i| - \frac{\delta}{2}) & \text{else} \end{cases}",
        "差が delta までは 2 乗の半分、それを超えると直線的に増える損失。",
        _UNITS,
        _NUMBERS,
        0.28125,
    ),
    "r2_zero_mean": _explained(
        r"1 - \frac{\sum_i w_i (y_i - p_i)^2}{\sum_i w_i y_i^2}",
        "1 から、差の 2 乗和を正解の 2 乗和で割った値を引いたもの。すべて 0 の予測で 0。",
        _OUTLIERS,
        _NUMBERS,
        0.964286,
    ),
    "log_mae": _explained(
        r"\log \max\left(\frac{1}{n}\sum_i |y_i - p_i|, 10^{-9}\right)",
        "平均絶対誤差の自然対数。組ごとの平均に使います。",
        ("One group predicted perfectly can outweigh all others.", "完璧に当てた 1 つの組が全体を左右します。"),
        _NUMBERS,
        -0.470004,
    ),
    "poisson_deviance": _explained(
        r"\frac{2}{n}\sum_i \left(y_i \log\frac{y_i}{p_i} - y_i + p_i\right)",
        "個数のための逸脱度。正解は 0 以上、予測は 0 より大きい数。",
        _UNITS,
        _NUMBERS,
        0.150657,
    ),
    "gamma_deviance": _explained(
        r"\frac{2}{n}\sum_i \left(\log\frac{p_i}{y_i} + \frac{y_i}{p_i} - 1\right)",
        "正解と予測の比だけを見る逸脱度。どちらも 0 より大きい数。",
        _SMALL_ROWS,
        _NUMBERS,
        0.0491708,
    ),
    "tweedie_deviance": _explained(
        r"\frac{2}{n}\sum_i \left(\frac{y_i^{2-k}}{(1-k)(2-k)} - \frac{y_i p_i^{1-k}}{1-k} + \frac{p_i^{2-k}}{2-k}\right), \; k = \mathrm{power}",
        "ポアソン(power 1)とガンマの間の逸脱度。0 の多い量に。予測は 0 より大きい数。",
        _UNITS,
        _NUMBERS,
        0.0845263,
    ),
    "kendall": _explained(
        r"\frac{C - D}{\sqrt{(C + D + T_y)(C + D + T_p)}}",
        "正しい順の組と逆順の組の差(tau-b、-1 から 1)。同点を補正。一定の予測は 0。",
        _ORDER,
        _NUMBERS,
        0.666667,
    ),
    "auc": _explained(
        r"\Pr(p_{+} > p_{-}) + \tfrac12 \Pr(p_{+} = p_{-})",
        "ROC 曲線の下の面積。正例が負例より上に来る確率(同点は半分)。",
        _ORDER,
        _BINARY,
        0.75,
    ),
    "gini": _explained(
        r"2\,\mathrm{AUC} - 1", "AUC の 2 倍から 1 を引いた値。でたらめで 0、完全な順序で 1。", _ORDER, _BINARY, 0.5
    ),
    "partial_auc": _explained(
        r"\frac12\left(1 + \frac{A - f^2/2}{f - f^2/2}\right), \; A = \int_0^{f} \mathrm{TPR}, \; f = \mathrm{max\_fpr}",
        "偽陽性率が max_fpr までの ROC 曲線の下の面積を標準化した値。でたらめで 0.5、完全な順序で 1。",
        _ORDER,
        _BINARY,
        0.666667,
        max_fpr=0.5,
    ),
    "weighted_auc": _explained(
        r"\frac{v A_{<s} + A_{\ge s}}{v s + 1 - s}",
        "真陽性率が split より低い部分を lower_weight 倍で数える ROC 曲線の下の面積。",
        _ORDER,
        _BINARY,
        0.821429,
    ),
    "average_precision": _explained(
        r"\sum_k (R_k - R_{k-1}) P_k",
        "適合率-再現率曲線の段の下の面積。",
        ("What chance scores depends on the share of positives.", "でたらめの点は正例の割合に依存します。"),
        _BINARY,
        0.833333,
    ),
    "log_loss": _explained(
        r"-\frac{1}{n}\sum_i \log p_{i, y_i}",
        "正解のクラスに与えた確率の -log の平均。正解が 0 と 1 なら提出は 1 の確率、そうでなければクラスごとに 1 列(行は和で割ります)。",
        _OVERCONFIDENT,
        _BINARY,
        0.472288,
    ),
    "brier": _explained(
        r"\frac{1}{n}\sum_i (y_i - p_i)^2", "1 の確率と正解(0 か 1)の差の 2 乗の平均。", _RARE, _BINARY, 0.158125
    ),
    "pf1": _explained(
        r"\frac{(1+\beta^2) P R}{\beta^2 P + R}, \; P = \frac{\sum_i y_i p_i}{\sum_i p_i}, \; R = \frac{\sum_i y_i p_i}{\sum_i y_i}",
        "確率を予測の一部とみなした F 値。0.7 は正例 0.7 件分。",
        ("Raising all probabilities can raise the score.", "確率を一律に上げるだけで点が上がることがあります。"),
        _BINARY,
        0.630137,
    ),
    "auc_ovr": _explained(
        r"\frac{1}{K}\sum_k \mathrm{AUC}(y = k, p_k)",
        "各クラスとそれ以外の AUC の平均。提出はクラスごとに 1 列。",
        _ORDER,
        _CLASSES,
        1.0,
    ),
    "auc_ovo": _explained(
        r"\frac{1}{K(K-1)}\sum_{j \neq k} \mathrm{AUC}(j, k)",
        "クラスの組ごとの AUC の平均。提出はクラスごとに 1 列。",
        _ORDER,
        _CLASSES,
        1.0,
    ),
    "accuracy": _explained(r"\frac{1}{n}\sum_i [y_i = p_i]", "ラベルが正しい行の割合。", _RARE, _LABELS, 0.75),
    "balanced_accuracy": _explained(
        r"\frac{1}{K}\sum_k \frac{\mathrm{TP}_k}{\mathrm{TP}_k + \mathrm{FN}_k}",
        "正解のクラスごとに、当たった行の割合を平均した値。",
        ("A class of one row counts as much as all others.", "1 行しかないクラスも同じ重さです。"),
        _LABELS,
        0.666667,
    ),
    "f1": _explained(
        r"\frac{2\,\mathrm{TP}}{2\,\mathrm{TP} + \mathrm{FP} + \mathrm{FN}}",
        "正例のラベルの適合率と再現率の調和平均。どちらも定まらなければ 0。",
        ("Negatives that are right do not count.", "正しい負例は数えません。"),
        _YES,
        0.666667,
    ),
    "fbeta": _explained(
        r"\frac{(1+\beta^2)\,\mathrm{TP}}{(1+\beta^2)\,\mathrm{TP} + \beta^2\,\mathrm{FN} + \mathrm{FP}}",
        "正例のラベルの適合率と再現率の平均で、再現率を beta 倍重く見ます。",
        ("Negatives that are right do not count.", "正しい負例は数えません。"),
        _YES,
        0.666667,
    ),
    "f1_micro": _explained(
        r"\frac{2\sum_k \mathrm{TP}_k}{\sum_k (2\,\mathrm{TP}_k + \mathrm{FP}_k + \mathrm{FN}_k)}",
        "全クラスの当たりをまとめた F1。1 行 1 ラベルなら正解率と同じ。0 と 1 の複数列ならラベルの有無とみなします。",
        _RARE,
        _LABELS,
        0.75,
    ),
    "f1_macro": _explained(
        r"\frac{1}{K}\sum_k \mathrm{F1}_k",
        "採点する行の正解か予測に現れるラベルごとの F1 の平均。",
        ("A class of one row counts as much as all others.", "1 行しかないクラスも同じ重さです。"),
        _LABELS,
        0.6,
    ),
    "f1_weighted": _explained(
        r"\sum_k \frac{n_k}{n} \mathrm{F1}_k",
        "ラベルごとの F1 を、正解の行数で重み付けした平均。",
        _RARE,
        _LABELS,
        0.65,
    ),
    "mcc": _explained(
        r"\frac{c\,n - \sum_k t_k q_k}{\sqrt{(n^2 - \sum_k q_k^2)(n^2 - \sum_k t_k^2)}}",
        "正解と予測のラベルの相関。どちらかが一定なら 0。",
        _EXACT,
        _LABELS,
        0.645497,
    ),
    "quadratic_weighted_kappa": _explained(
        r"1 - \frac{\sum_{jk} (j-k)^2 O_{jk}}{\sum_{jk} (j-k)^2 E_{jk}}",
        "整数の評価の一致度。完全で 1、偶然で 0。不一致は距離の 2 乗。一定の予測は 0。",
        ("It depends on how often each rating occurs.", "評価の出現頻度に依存します。"),
        _RATINGS,
        0.75,
    ),
    "cohen_kappa": _explained(
        r"1 - \frac{\sum_{jk} v_{jk} O_{jk}}{\sum_{jk} v_{jk} E_{jk}}",
        "ラベルの一致度。完全で 1、偶然で 0。weighting で low, middle, high のような段階の差を重く見ます。一定の予測は 0。",
        ("Without classes, levels stand in the order of the alphabet.", "classes がなければ段階は文字の順です。"),
        ({"t": ["low", "high", "middle", "low"]}, {"t": ["low", "middle", "middle", "middle"]}),
        0.333333,
        classes=["low", "middle", "high"],
        weighting="linear",
    ),
    "ari": _explained(
        r"\frac{\sum_{jk}\binom{n_{jk}}{2} - E}{\frac12\left(\sum_j\binom{a_j}{2} + \sum_k\binom{b_k}{2}\right) - E}, \; E = \frac{\sum_j\binom{a_j}{2}\sum_k\binom{b_k}{2}}{\binom{n}{2}}",
        "行の組の一致で見た 2 つの分け方の近さ。同じなら 1、偶然で約 0。組の名前は問いません。",
        ("Large groups decide it.", "大きな組が決めます。"),
        ({"t": [1, 1, 2, 2]}, {"t": ["x", "x", "y", "z"]}),
        0.571429,
    ),
    "nmi": _explained(
        r"\frac{2\,I(Y; P)}{H(Y) + H(P)}",
        "2 つの分け方が互いについて語る情報量の割合(0 から 1)。V-measure と同じ。",
        ("Many small groups score above 0 by chance.", "小さな組が多いと偶然でも 0 を超えます。"),
        ({"t": [1, 1, 2, 2]}, {"t": ["x", "x", "y", "z"]}),
        0.8,
    ),
    "map_at_k": _explained(
        r"\frac{1}{n}\sum_i \frac{1}{\min(K, r_i)}\sum_{k \le K} P_i(k)\,[\text{hit at } k]",
        "上位 K 件の平均適合率を行で平均した値。",
        _LENGTH,
        _RANKED,
        0.666667,
        k=3,
    ),
    "ndcg_at_k": _explained(
        r"\frac{1}{n}\sum_i \frac{\sum_{k \le K} g_{ik} / \log_2(k+1)}{\mathrm{ideal}_i}",
        "上位 K 件の減衰させた関連度の和を、最良の値で割った平均。",
        _LENGTH,
        _RANKED,
        0.775325,
        k=3,
    ),
    "recall_at_k": _explained(
        r"\frac{1}{n}\sum_i \frac{|\text{first } K \cap \text{relevant}_i|}{r_i}",
        "関連するラベルのうち上位 K 件に入った割合の平均。",
        ("The order within the first K does not count.", "上位 K 件の中の順序は数えません。"),
        _RANKED,
        0.75,
        k=2,
    ),
    "hit_at_k": _explained(
        r"\frac{1}{n}\sum_i [\text{first } K \cap \text{relevant}_i \neq \emptyset]",
        "上位 K 件に関連するラベルがある行の割合。",
        ("The order within the first K does not count.", "上位 K 件の中の順序は数えません。"),
        _RANKED,
        0.5,
        k=1,
    ),
    "mrr": _explained(
        r"\frac{1}{n}\sum_i \frac{1}{\text{place of the first hit}}",
        "最初に当たった順位の逆数の平均。上位 K 件になければ 0。",
        ("What follows the first hit does not count.", "最初の当たりより後は数えません。"),
        _RANKED,
        0.75,
        k=3,
    ),
    "lwlrap": _explained(
        r"\frac{\sum_i \sum_{l \in L_i} \mathrm{Prec}(i, l)}{\sum_i |L_i|}",
        "行が持つラベルごとに、その順位での適合率を平均した値。目的列 1 つがラベル 1 つ(0 か 1)。",
        _ORDER,
        ({"a": [1, 0], "b": [0, 1], "c": [1, 0]}, {"a": [0.9, 0.5], "b": [0.4, 0.2], "c": [0.1, 0.3]}),
        0.666667,
    ),
    "gaussian_log_likelihood": _explained(
        r"\frac{1}{n}\sum_i \left(-\frac{(y_i - \mu_i)^2}{2\sigma_i^2} - \log(\sigma_i\sqrt{2\pi})\right)",
        "予測した正規分布での正解の対数密度の平均。提出は目的列ごとに _mean と _sd の 2 列。",
        _OVERCONFIDENT,
        _NORMAL,
        -0.634865,
    ),
    "laplace_log_likelihood": _explained(
        r"-\frac{1}{n}\sum_i \left(\frac{\sqrt2\,|y_i - \mu_i|}{\sigma_i} + \log(\sqrt2\,\sigma_i)\right)",
        "予測したラプラス分布での正解の対数密度の平均。提出は目的列ごとに _mean と _sd の 2 列。",
        _OVERCONFIDENT,
        _NORMAL,
        -0.353553,
    ),
    "crps_gaussian": _explained(
        r"\frac{1}{n}\sum_i \sigma_i\left(z_i(2\Phi(z_i) - 1) + 2\varphi(z_i) - \frac{1}{\sqrt\pi}\right), \; z_i = \frac{y_i - \mu_i}{\sigma_i}",
        "予測した正規分布の CRPS の平均。偏差 0 なら絶対誤差。提出は _mean と _sd の 2 列。",
        _UNITS,
        _NORMAL,
        0.224126,
    ),
    "crps_ensemble": _explained(
        r"\frac{1}{n}\sum_i \left(\frac{1}{m}\sum_j |p_{ij} - y_i| - \frac{1}{2m^2}\sum_{jk} |p_{ij} - p_{ik}|\right)",
        "等確率の複数の予測値の CRPS の平均。提出は目的列ごとに _1, _2, … の列。",
        _UNITS,
        ({"t": [1, 2]}, {"t_1": [0, 2], "t_2": [1, 2], "t_3": [3, 4]}),
        0.277778,
        members=3,
    ),
    "interval_score": _explained(
        r"\frac{1}{n}\sum_i \left(u_i - l_i + \frac{2}{\alpha}\left((l_i - y_i)_+ + (y_i - u_i)_+\right)\right)",
        "予測区間の幅と、外れた分の 2/alpha 倍の和の平均。提出は _low と _high の 2 列。",
        _UNITS,
        ({"t": [1, 5]}, {"t_low": [0, 1], "t_high": [2, 4]}),
        7.5,
        alpha=0.2,
    ),
    "quantile_loss": _explained(
        r"\frac{1}{nQ}\sum_i\sum_q \max(q (y_i - p_{iq}), (q-1)(y_i - p_{iq}))",
        "複数の分位点のピンボール損失の平均。提出は分位点ごとに 1 列(t_0.1 など)。",
        _UNITS,
        ({"t": [1, 5]}, {"t_0.1": [0, 2], "t_0.9": [2, 4]}),
        0.35,
        quantiles=[0.1, 0.9],
    ),
    "kl_divergence": _explained(
        r"\frac{1}{n}\sum_i \sum_k y_{ik} \log\frac{y_{ik}}{p_{ik}}",
        "真の割合と予測した割合の KL ダイバージェンスの平均。行は和で割ります。",
        _OVERCONFIDENT,
        _SOFT,
        0.111572,
    ),
    "soft_log_loss": _explained(
        r"-\frac{1}{n}\sum_i \sum_k y_{ik} \log p_{ik}",
        "真の割合で重み付けした -log(予測した割合) の平均。行は和で割ります。",
        _OVERCONFIDENT,
        _SOFT,
        0.458145,
    ),
    "label_set_f1": _explained(
        r"\frac{1}{n}\sum_i \frac{(1+\beta^2)\,|Y_i \cap P_i|}{\beta^2 |Y_i| + |P_i|}",
        "ラベル集合の F1(F-beta)。セルは空白区切りのラベルで、空でもよい。",
        _EXACT,
        _SETS,
        0.777778,
    ),
    "label_set_jaccard": _explained(
        r"\frac{1}{n}\sum_i \frac{|Y_i \cap P_i|}{|Y_i \cup P_i|}",
        "両方にあるラベルの、どちらかにあるラベルに対する割合の平均。",
        _EXACT,
        _SETS,
        0.666667,
    ),
    "word_jaccard": _explained(
        r"\frac{1}{n}\sum_i \frac{|Y_i \cap P_i|}{|Y_i \cup P_i|}",
        "小文字にした語の集合の Jaccard 係数の平均。語は空白で区切ります。どちらも空なら 1。",
        (
            "Order and repetition of words do not count; unspaced scripts are one word.",
            "語順と重複は数えません。分かち書きのない文は 1 語です。",
        ),
        _WORDS,
        0.583333,
    ),
    "edit_distance": _explained(
        r"\frac{1}{n}\sum_i \mathrm{lev}(y_i, p_i)",
        "一方を他方に変えるための挿入・削除・置換の文字数の平均(Levenshtein)。",
        ("Long texts decide it.", "長いテキストが決めます。"),
        _WORDS,
        3.0,
    ),
    "edit_similarity": _explained(
        r"\frac{1}{n}\sum_i \left(1 - \frac{\mathrm{lev}(y_i, p_i)}{\max(|y_i|, |p_i|)}\right)",
        "編集距離を長いほうの長さで割り、1 から引いた値の平均。どちらも空なら 1。",
        _EXACT,
        _WORDS,
        0.717532,
    ),
    "cer": _explained(
        r"\frac{\sum_i \mathrm{lev}(y_i, p_i)}{\sum_i |y_i|}",
        "全行の文字の編集数を、正解の文字数で割った値。1 を超えることもあります。",
        ("Capitals and punctuation count.", "大文字小文字と句読点も数えます。"),
        _WORDS,
        0.222222,
    ),
    "wer": _explained(
        r"\frac{\sum_i \mathrm{lev}_{\text{words}}(y_i, p_i)}{\sum_i |y_i|_{\text{words}}}",
        "全行の語の編集数を、正解の語数で割った値。1 を超えることもあります。",
        (
            "Unspaced scripts are one word a line: take CER there.",
            "分かち書きのない文は 1 語になります。CER を使ってください。",
        ),
        _WORDS,
        0.25,
    ),
    "bleu": _explained(
        r"100 \min\left(1, e^{1 - r/c}\right) \exp\left(\frac14\sum_{k=1}^4 \log P_k\right)",
        "全行をまとめた BLEU(0 から 100)。1 から 4 語の連なりの一致。語の区切りは mteval-v13a。",
        (
            "Made for languages with spaces between words; one true text a row.",
            "語の間に空白のある言語向け。正解は 1 行に 1 つ。",
        ),
        _WORDS,
        50.0,
    ),
    "chrf": _explained(
        r"100 \cdot \frac{5\,P\,R}{4 P + R}",
        "全行をまとめた chrF++(0 から 100)。1 から 6 文字と 1、2 語の連なりの F2。",
        ("It does not know what words mean.", "語の意味は分かりません。"),
        _WORDS,
        63.1699,
    ),
    "rouge": _explained(
        r"\frac{1}{n}\sum_i \frac{2 P_i R_i}{P_i + R_i}",
        "共通する語、2 語の連なり、または最長共通部分列の F 値の平均。語は a-z と 0-9 の連なり。",
        (
            "Only Latin letters and digits are words: other scripts score 0.",
            "英字と数字だけが語です。ほかの文字は 0 になります。",
        ),
        _WORDS,
        0.666667,
    ),
    "rle_dice": _explained(
        r"\frac{1}{n}\sum_i \frac{2\,|Y_i \cap P_i|}{|Y_i| + |P_i|}",
        "ランレングスで書いたマスクの Dice 係数。セルは「開始(1 から)と長さ」の組を空白で並べます。空は空のマスク。",
        ("Where the border lies hardly counts in large masks.", "大きなマスクでは境界の位置はほとんど効きません。"),
        _MASKS,
        0.766667,
    ),
    "rle_iou": _explained(
        r"\frac{1}{n}\sum_i \frac{|Y_i \cap P_i|}{|Y_i \cup P_i|}",
        "ランレングスで書いたマスクの IoU。セルは「開始(1 から)と長さ」の組。空は空のマスク。",
        ("Where the border lies hardly counts in large masks.", "大きなマスクでは境界の位置はほとんど効きません。"),
        _MASKS,
        0.666667,
    ),
    "detection_map": _explained(
        r"\frac{1}{C\,T}\sum_{c,t} \mathrm{AP}_{c,t}, \; \mathrm{AP} = \frac{1}{101}\sum_{r} \max_{R(k) \ge r} P(k)",
        "ボックス検出の平均適合率。正解は「ラベル 左 上 幅 高さ」、提出は「ラベル 確信度 左 上 幅 高さ」を空白で並べます。",
        ("Boxes of low confidence cost nothing: threshold them yourself.", "確信度の低いボックスは損になりません。"),
        (
            {"t": ["cat 0 0 10 10", "dog 5 5 10 10"]},
            {"t": ["cat 0.9 1 0 10 10", "dog 0.6 5 5 10 10 dog 0.8 30 30 5 5"]},
        ),
        0.6,
    ),
    "span_f1": _explained(
        r"\frac{2\,\mathrm{TP}}{2\,\mathrm{TP} + \mathrm{FP} + \mathrm{FN}}",
        "開始・終了・ラベルがすべて一致した区間の F1(全行まとめて)。セルは start:end:label、または iob2 のタグ。",
        (
            "A span that is off by one counts as a miss and a false one.",
            "1 つずれた区間は、見落としと誤検出になります。",
        ),
        ({"t": ["0:3:PER 5:9:LOC", ""]}, {"t": ["0:3:PER 5:8:LOC", ""]}),
        0.5,
    ),
    "haversine": _explained(
        r"2 R \arcsin\sqrt{\sin^2\frac{\Delta\varphi}{2} + \cos\varphi_y \cos\varphi_p \sin^2\frac{\Delta\lambda}{2}}, \; R = 6371008.8\,\mathrm{m}",
        "地表の距離(メートル、地球は球)。目的列は緯度、経度の順に度で。",
        ("The earth is no sphere: up to half a percent off.", "地球は球ではなく、最大 0.5 % ずれます。"),
        ({"lat": [35.68, 51.5], "lng": [139.77, -0.12]}, {"lat": [35.69, 51.5], "lng": [139.7, -0.1]}),
        3901.81,
    ),
    "angular_error": _explained(
        r"\frac{1}{n}\sum_i \arccos(u_i \cdot v_i)",
        "真の方向と予測した方向のなす角の平均(ラジアン)。目的列は方位角、天頂角の順。",
        ("Random directions score about π/2.", "でたらめな方向は約 π/2 になります。"),
        ({"azimuth": [0, 1.5], "zenith": [1, 0.5]}, {"azimuth": [0.5, 1.5], "zenith": [1, 0.6]}),
        0.259717,
    ),
    "concordance": _explained(
        r"\frac{|\{\text{pairs in the right order}\}| + \frac12|\{\text{ties}\}|}{|\{\text{comparable pairs}\}|}",
        "どちらの事象が先か分かる組のうち、その順に予測できた割合。正解は時間と事象(1 か、打ち切りの 0)の 2 列。提出は時間の列(meaning=risk なら危険度)。",
        ("With much censoring early events decide it.", "打ち切りが多いと早い事象が決めます。"),
        ({"time": [1, 3, 3, 5], "event": [1, 1, 0, 1]}, {"time": [2, 1, 4, 6]}),
        0.8,
    ),
    "concordance_uno": _explained(
        r"\frac{\sum_{i,j} \hat G(t_i)^{-2}\,[\text{in the right order}]}{\sum_{i,j} \hat G(t_i)^{-2}}",
        "打ち切りを補正した一致指数。組は、事象の時刻まで打ち切られない確率 G(採点する行のカプラン・マイヤー推定)の 2 乗の逆数で数えます。列は一致指数と同じ。",
        (
            "Late events, of which few rows are left, weigh much: name a time with until.",
            "残る行の少ない遅い事象が重くなります。until で時刻を区切ってください。",
        ),
        ({"time": [1, 3, 3, 5], "event": [1, 1, 0, 1]}, {"time": [2, 1, 4, 6]}),
        0.909091,
    ),
    "bias_auc": _explained(
        r"\alpha\,\mathrm{AUC} + \frac{1-\alpha}{3}\sum_{k=1}^{3} \Bigl(\frac{1}{S}\sum_s \mathrm{AUC}_{k,s}^{\,p}\Bigr)^{1/p}",
        "全体の AUC と、部分集団ごとの 3 種の AUC(集団の中、集団の負例と外の正例、集団の正例と外の負例)のべき平均。最初の目的列がクラス、残りの列が各集団に属するか(0.5 以上で正)。提出は最初の列だけ。",
        (
            "Small subgroups are noisy, and the worst one decides their mean.",
            "小さな集団の値は揺れやすく、最も悪い集団が平均を決めます。",
        ),
        (
            {"t": [1, 0, 1, 0, 1, 0, 1, 0], "group": [1, 1, 1, 1, 0, 0, 0, 0]},
            {"t": [0.9, 0.6, 0.5, 0.7, 0.8, 0.2, 0.4, 0.55]},
        ),
        0.59375,
    ),
    "detection_f1": _explained(
        r"\frac{(1+\beta^2)\,\mathrm{TP}}{(1+\beta^2)\,\mathrm{TP} + \beta^2\,\mathrm{FN} + \mathrm{FP}}",
        "IoU がしきい値以上の枠を検出とみなす F1(または F-beta)。書き方は検出の mAP と同じ。確信度の高い枠から、最も重なる同じラベルの正解を 1 つずつ取ります。",
        (
            "Confidence only orders the boxes: every box that is sent counts.",
            "確信度は順序だけに使います。送った枠はすべて数えます。",
        ),
        (
            {"t": ["cat 0 0 10 10 dog 20 20 10 10", ""]},
            {"t": ["cat 0.9 1 0 10 10 dog 0.8 40 40 10 10", ""]},
        ),
        0.5,
    ),
    "rle_hausdorff": _explained(
        r"\max\Bigl(\max_{a \in A} \min_{b \in B} \lVert a-b \rVert, \max_{b \in B} \min_{a \in A} \lVert a-b \rVert\Bigr)",
        "もう一方のマスクから最も遠い画素までの距離(画素)の平均。どちらも空なら 0、一方だけ空なら対角線。画像の大きさはすべて同じ。",
        (
            "One stray pixel decides a row; all images together hold 67 million pixels at most.",
            "外れた 1 画素が行の値を決めます。全画像で 6,700 万画素まで。",
        ),
        ({"t": ["1 4", "3 2 8 1", ""]}, {"t": ["3 4", "3 2", ""]}),
        0.666667,
        height=4,
        width=4,
    ),
    "ter": _explained(
        r"100\,\frac{\text{insertions} + \text{deletions} + \text{substitutions} + \text{shifts}}{\text{words of the true texts}}",
        "正解の 100 語あたりの編集数(全行まとめて)。語の連なりの移動は 1 回の編集と数えます。",
        (
            "Which words agree, not what they mean; at most 5,000 rows of 1,000 characters.",
            "意味ではなく語の一致だけを見ます。1,000 文字の行が 5,000 行まで。",
        ),
        ({"t": ["the cat sat on the mat", "a dog"]}, {"t": ["on the mat the cat sat", "the dog"]}),
        25.0,
    ),
}


def explanation(name: str) -> Explanation:
    """What is told of the metric named `name`.

    Raises:
        KeyError: there is no such metric.
    """
    return EXPLANATIONS[name]

"""Other ways to find stories in a stream, as packages or papers have them, on the same bytes."""

import json
import time
from collections import deque
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

BUDGET_S = 8.0
"""CPU time each of them gets; what it has taken in by then is its rate."""
_BATCH = 64
_WINDOW = 2_000
_ALIKE = 0.4
_TOPICS, _SIDES, _TOPIC_BATCH = 50, 100, 1_024
PEERS_NEED = {
    "river": "TextClust of River",
    "sklearn": "first story detection, tf-idf",
    "bertopic": "BERTopic online, no transformer",
}


def run_peers(frames: list[bytes], budget_s: float = BUDGET_S) -> dict[str, dict[str, float]]:
    """Frames a second of CPU time of every peer that is installed (extra `peers`).

    Each decodes the frames with `json` and is given the text of every new post.
    """
    ways: dict[str, Callable[[], Callable[[list[str]], int]]] = {
        "river": text_clust,
        "sklearn": first_stories,
        "bertopic": online_topics,
    }
    return {
        PEERS_NEED[name]: _timed(frames, make(), budget_s)
        for name, make in ways.items()
        if find_spec(name) is not None
    }


def texts_of(frames: list[bytes]) -> list[str]:
    """Texts of the new posts among some frames."""
    found = []
    for frame in frames:
        commit = json.loads(frame).get("commit") or {}
        if commit.get("operation") == "create" and "text" in commit.get("record", {}):
            found.append(commit["record"]["text"])
    return found


def _timed(
    frames: list[bytes], learn: Callable[[list[str]], int], budget_s: float
) -> dict[str, float]:
    begun_s = time.process_time()
    taken, size, stories = 0, 0, 0
    while taken < len(frames) and time.process_time() - begun_s < budget_s:
        some = frames[taken : taken + _BATCH]
        stories = learn(texts_of(some))
        taken += len(some)
        size += sum(map(len, some))
    took_s = max(time.process_time() - begun_s, 1e-9)
    return {
        "frames": taken,
        "per_cpu_s": round(taken / took_s),
        "mb_per_cpu_s": round(size / took_s / 1e6, 1),
        "cpu_us": round(1e6 * took_s / max(taken, 1), 3),
        "stories": stories,
    }


def text_clust() -> Callable[[list[str]], int]:
    """River's TextClust with its own bag of words, in the settings it comes with."""
    cluster: Any = import_module("river.cluster")
    words: Any = import_module("river.feature_extraction").BagOfWords(lowercase=True)
    model = cluster.TextClust(real_time_fading=False)

    def learn(texts: list[str]) -> int:
        for text in texts:
            model.learn_one(words.transform_one(text))
        return len(model.micro_clusters)

    return learn


def first_stories() -> Callable[[list[str]], int]:
    """Each text joins the most alike of the last ones, or is the first of a story.

    As Allan, Lavrenko and Jin described it in 2000: vectors of tf-idf, the cosine to the nearest
    earlier document against a threshold; the frequencies go on being counted.
    """
    text: Any = import_module("sklearn.feature_extraction.text")
    sparse: Any = import_module("scipy.sparse")
    counts = text.HashingVectorizer(n_features=1 << 18, alternate_sign=False, norm=None)
    state: dict[str, Any] = {"seen": np.ones(1 << 18), "posts": 1, "stories": 0}
    window: deque[Any] = deque(maxlen=_WINDOW // _BATCH)

    def learn(texts: list[str]) -> int:
        if not texts:
            return int(state["stories"])
        raw = counts.transform(texts)
        state["seen"] += np.bincount(raw.indices, minlength=1 << 18)
        state["posts"] += len(texts)
        weighted = raw.multiply(np.log(state["posts"] / state["seen"]).clip(0)).tocsr()
        norms = np.sqrt(weighted.multiply(weighted).sum(axis=1)).A1.clip(1e-9)
        unit = sparse.diags(1 / norms) @ weighted
        inside = sparse.tril(unit @ unit.T, k=-1).tocsr().max(axis=1).toarray().ravel()
        before = np.zeros(len(texts))
        if window:
            before = (unit @ sparse.vstack(window).T).max(axis=1).toarray().ravel()
        state["stories"] += int((np.maximum(inside, before) < _ALIKE).sum())
        window.append(unit)
        return int(state["stories"])

    return learn


def online_topics() -> Callable[[list[str]], int]:
    """BERTopic's online mode: 50 topics, the models of its own guide, vectors by SVD.

    Vectors of 100 sides come from hashed tf-idf in place of a transformer, fitted on the first
    thousand posts; it learns a thousand at a time, since each step reckons all topics anew.
    """
    topic: Any = import_module("bertopic")
    vectors: Any = import_module("bertopic.vectorizers")
    text: Any = import_module("sklearn.feature_extraction.text")
    parts: Any = import_module("sklearn.decomposition")
    cluster: Any = import_module("sklearn.cluster")
    counts = text.HashingVectorizer(n_features=1 << 14, alternate_sign=False)
    svd = parts.TruncatedSVD(_SIDES, random_state=0)
    model = topic.BERTopic(
        umap_model=parts.IncrementalPCA(n_components=5),
        hdbscan_model=cluster.MiniBatchKMeans(n_clusters=_TOPICS, random_state=0),
        vectorizer_model=vectors.OnlineCountVectorizer(stop_words="english", decay=0.01),
    )
    waiting: list[str] = []
    state = {"topics": 0}

    def learn(texts: list[str]) -> int:
        waiting.extend(texts)
        if len(waiting) >= _TOPIC_BATCH:
            raw = counts.transform(waiting)
            sides = svd.transform(raw) if state["topics"] else svd.fit_transform(raw)
            model.partial_fit(waiting, sides)
            waiting.clear()
            state["topics"] = len(model.get_topic_freq())
        return state["topics"]

    return learn

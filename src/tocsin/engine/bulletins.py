"""Typed bulletins out of the frames of official sources, each refusal counted."""

from collections.abc import Sequence

from tocsin.bulletin import Bulletin, Feed
from tocsin.gate.titles import TitleReader
from tocsin.metrics import Tally
from tocsin.model import Place
from tocsin.official.parse import parse
from tocsin.official.where import Context
from tocsin.sources import Source
from tocsin.vocabulary.gazetteer import Gazetteer
from tocsin.vocabulary.pack import Vocabulary, load_vocabulary


class BulletinReader:
    """Reads every wire, with the places and the eyes of the gate at hand."""

    def __init__(self, vocabulary: Vocabulary, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._titles = TitleReader(vocabulary, gazetteer)

    def read(self, source: Source, frames: Sequence[bytes], tally: Tally) -> list[Bulletin]:
        """Bulletins of one source's frames; what is none is counted in its balance."""
        context = Context(getattr(source, "feed", Feed()), self._places, self._titles)
        found: list[Bulletin] = []
        for frame in frames:
            typed, refused = parse(frame, getattr(source, "wire", "jsonl"), context=context)
            found += typed
            tally.received += len(typed) + sum(refused.values())
            tally.admitted += len(typed)
            for reason, count in refused.items():
                tally.refuse(reason, count)
        return found

    def _places(self, name: str) -> list[Place]:
        return [self._gazetteer.place(index) for index in self._gazetteer.find(name)]


def bulletin_reader() -> BulletinReader:
    """A reader with the installed vocabulary and gazetteer."""
    return BulletinReader(load_vocabulary(), Gazetteer.load())

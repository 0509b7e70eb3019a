"""The risk that Meta counts a utility template as marketing: words of promotion, and texts that say nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from templates_app.components import VARIABLE
from templates_app.preflight.draft import Draft, Scope, text_of
from templates_app.preflight.findings import Finding, found
from templates_app.preflight.languages import base
from templates_app.preflight.lexicons import HARMLESS, PROMOTIONAL

CLEAR_WORDS = 2  # fewer fixed words than these say nothing

_NUMBER = r"(?:\{\{\s*\w+\s*\}\}|(?:[$€£₹]\s?)?\d+(?:[.,]\d+)?)(?:\s?%)?"
_PREFIX = {"ar": "[وف]?[بلك]?(?:ال|لل)?"}
_LETTERS = {"’": "'", "ʼ": "'", "œ": "oe", "æ": "ae", "ـ": "", "٪": "%"}
_WORD = re.compile(r"[^\W\d_]{2,}")


def check_category(draft: Draft) -> Iterator[Finding]:
    if draft.category != "UTILITY":
        return
    language = base(draft.language)
    for scope in draft.scopes:
        for path, text in _texts(scope):
            for start, end in promotional(text, language=language):
                yield found("promotional_words", path, span=(start, end), words=text[start:end])
        for path, button in scope.buttons:
            if button.get("type") == "COPY_CODE":
                yield found("coupon_in_utility", path)
    for path, part in draft.top.every("BODY"):
        text = text_of(part.get("text"))
        if text.strip() and len(_WORD.findall(VARIABLE.sub(" ", text))) < CLEAR_WORDS:
            yield found("unclear_text", path)


def promotional(text: str, *, language: str) -> list[tuple[int, int]]:
    """Where the text holds words of the language's lexicon."""
    words = _WORDS_OF.get(language)
    if words is None:
        return []
    folded, places = _fold(text)
    spared = [spot.span() for spot in _HARMLESS_OF[language].finditer(folded)]
    return [
        (places[start], places[end - 1] + 1)
        for start, end in (spot.span() for spot in words.finditer(folded))
        if not any(start < upto and since < end for since, upto in spared)
    ]


def _texts(scope: Scope) -> Iterator[tuple[str, str]]:
    for kind in ("HEADER", "BODY", "FOOTER"):
        for path, part in scope.every(kind):
            yield path, text_of(part.get("text"))
    for path, button in scope.buttons:
        yield f"{path}.text", text_of(button.get("text"))


def _fold(text: str) -> tuple[str, list[int]]:
    """The text without case, accents and vowel signs, and for each of its letters the place in the original."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        plain = unicodedata.normalize("NFKD", _LETTERS.get(letter, letter)).casefold()
        kept = [each for each in plain if not unicodedata.combining(each)]
        letters += kept
        places += [place] * len(kept)
    return "".join(letters), places


def _pattern(phrases: str, *, language: str) -> re.Pattern[str]:
    listed = sorted((" ".join(phrase.split()) for phrase in phrases.split(",")), key=len, reverse=True)
    return re.compile(rf"(?<!\w){_PREFIX.get(language, '')}(?:{'|'.join(map(_phrase, listed))})(?!\w)")


def _phrase(phrase: str) -> str:
    words = (re.escape(_fold(word)[0]).replace(r"\*", r"\w*").replace(r"\#", _NUMBER) for word in phrase.split())
    return r"\s+".join(words)


_WORDS_OF = {language: _pattern(phrases, language=language) for language, phrases in PROMOTIONAL.items()}
_HARMLESS_OF = {language: _pattern(phrases, language=language) for language, phrases in HARMLESS.items()}

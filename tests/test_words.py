"""Words for yes and no: one list for all languages, the words beside each other tell which language it is."""

import pytest

from bwise.matching.words import SAYS, TICKS, yes_and_no
from bwise.text import answer_key


@pytest.mark.parametrize(
    ("words", "language", "yes", "no"),
    [
        ({"da", "ne"}, "", {"da"}, {"ne"}),
        ({"da", "ne"}, "el", {"da"}, {"ne"}),  # the word beside it is not Greek
        ({"ne", "ochi"}, "", {"ne"}, {"ochi"}),
        ({"ne"}, "el", {"ne"}, set()),
        ({"ne"}, "hr", set(), {"ne"}),
        ({"ne"}, "", set(), set()),
        ({"e", "k"}, "", {"k"}, {"e"}),
        ({"e", "h"}, "", {"e"}, {"h"}),
        ({"o", "n"}, "", {"o"}, {"n"}),
        ({"yes", "ja", "nein"}, "", {"yes", "ja"}, {"nein"}),
        ({"perhaps", "yes"}, "", {"yes"}, set()),
        ({"1", "0", "x"}, "", {"1", "x"}, {"0"}),
    ],
)
def test_words_are_read_in_the_language_that_has_all_of_them(words, language, yes, no):
    assert yes_and_no(words, language) == (yes, no)


@pytest.mark.parametrize("language", SAYS)
def test_no_word_says_yes_and_no_in_one_language(language):
    yes, no = SAYS[language]
    assert not (yes | TICKS[0]) & (no | TICKS[1])
    assert yes_and_no(yes | no, language) == (yes, no)


def test_words_are_kept_as_answers_are_compared():
    assert all(answer_key(word) == word for pair in (*SAYS.values(), TICKS) for words in pair for word in words)

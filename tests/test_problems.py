import pickle

import pytest

from bwise.problems import Problem, ProblemsFound, did_you_mean, nearest, stop


def test_a_problem_says_what_where_why_and_what_to_do():
    assert str(Problem("a is b", "x.csv, row 2", "c would be wrong", "write d")) == (
        "a is b\n   where:  x.csv, row 2\n   why:    c would be wrong\n   do:     write d"
    )


def test_what_is_not_known_of_a_problem_takes_no_line():
    assert str(Problem("a is b", remedy="write d")) == "a is b\n   do:     write d"


def test_all_problems_of_a_step_are_told_at_once_and_numbered():
    with pytest.raises(ProblemsFound) as found:
        stop("It stopped.", Problem("one"), Problem("two"))
    assert str(found.value) == "It stopped.\n1. one\n2. two"
    assert found.value.problems == [Problem("one"), Problem("two")]


def test_a_step_without_problems_goes_on():
    assert stop("It stopped.") is None


def test_a_notebook_shows_the_message_without_a_traceback():
    assert ProblemsFound("It stopped.", [Problem("one", "x.csv")])._render_traceback_() == ["It stopped.", "1. one", "   where:  x.csv"]


def test_problems_cross_the_border_of_a_process_whole():
    sent = ProblemsFound("It stopped.", [Problem("one", "x.csv", "why", "do")])
    arrived = pickle.loads(pickle.dumps(sent))
    assert (arrived.heading, arrived.problems, str(arrived)) == (sent.heading, sent.problems, str(sent))


@pytest.mark.parametrize(
    ("word", "expected"), [("contry", "country"), ("partnr", "partner"), ("COUNTRY", "country"), ("zzzz", None), ("", None)]
)
def test_the_nearest_word_is_found_or_none_is(word, expected):
    found = nearest(word.casefold(), ["country", "partner", "file"])
    assert found == expected


def test_a_remedy_names_the_nearest_word_or_else_all_of_them():
    assert did_you_mean("contry", ["country", "file"]) == "did you mean `country`?"
    assert did_you_mean("zzzz", ["country", "file"]) == "use one of: country, file"


def test_a_remedy_names_no_more_words_than_a_reader_takes_in():
    assert did_you_mean("x", ["one", "two"]) == "use one of: one, two"
    assert did_you_mean("x", [f"question {n}" for n in range(100)]).endswith(", question 29 and 70 more")

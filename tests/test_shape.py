"""Whether a table has the shape of its headings. Truth: small tables whose fault was put in by hand."""

import pytest

from bwise.problems import ProblemsFound

HEADINGS = ["wise_code", "model", "founded", "staff"]
ROWS = [["W1", "social", "1990", "12"], ["W2", "training", "2001", "5"], ["W3", "social", "2010", "30"]]


def refusal(send, content, **more):
    with pytest.raises(ProblemsFound) as found:
        send(content.encode("utf-8") if isinstance(content, str) else content, **more)
    return str(found.value)


def lines(*rows, sign=";", end="\n"):
    return end.join(sign.join(row) for row in rows) + end


@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_row_that_lacks_a_cell_is_refused_with_row_and_counts(send, sign):
    told = refusal(send, lines(HEADINGS, ROWS[0], ROWS[1][:3], ROWS[2], sign=sign))
    assert "1 row has more or fewer cells than the 4 headings: row 3 has 3" in told


def test_all_such_rows_are_counted_and_the_first_ones_named(send):
    told = refusal(send, lines(HEADINGS, *ROWS, *[row[1:] for row in ROWS * 2], ROWS[0]))
    assert "6 rows have more or fewer cells than the 4 headings: row 5 has 3, row 6 has 3, row 7 has 3, …" in told


def test_the_delimiter_typed_into_an_answer_is_refused_even_where_the_last_cells_are_empty(send):
    told = refusal(send, lines(HEADINGS, ROWS[0], ["W2", "social, training", "2001", ""], ROWS[2], sign=","))
    assert "row 3 has 5" in told


def test_a_row_number_that_has_no_heading_shifts_every_row_and_is_refused(send):
    # `write.table` of R does so
    told = refusal(send, lines(HEADINGS, *[[str(n), *row] for n, row in enumerate(ROWS, 1)], sign=","))
    assert "3 rows have more or fewer cells than the 4 headings: row 2 has 5" in told


def test_a_line_break_outside_quotes_is_refused(send):
    assert "row 3 has 2" in refusal(send, lines(HEADINGS, ROWS[0], ["W2", "soc"], ["ial", "2001", "5"], ROWS[2]))


def test_a_file_that_ends_in_the_middle_of_a_row_is_cut_off(send):
    told = refusal(send, lines(HEADINGS, *ROWS)[:-5])
    assert "the file is cut off in its last row: row 4 has 3 cells of 4" in told


def test_a_file_that_ends_inside_quotes_is_cut_off(send):
    assert "ends inside a quoted cell" in refusal(send, '"wise_code";"model"\n"W1";"social"\n"W2";"soci')


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_below_it(send):
    told = refusal(send, '"wise_code";"model"\n"W1";"social\n"W2";"social"\n"W3";"social"\n')
    assert "cells than the 2 headings" in told or "ends inside a quoted cell" in told


def test_a_large_file_is_looked_through_to_its_end(send):
    rows = [[f"W{n}", "social", "1990", "12"] for n in range(400)]
    assert "row 352 has 3" in refusal(send, lines(HEADINGS, *rows[:350], ROWS[0][:3], *rows[350:]))
    assert "row 352 has 5" in refusal(send, lines(HEADINGS, *rows[:350], [*ROWS[0], ""], *rows[350:]))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([HEADINGS, *ROWS, [""]], id="an empty last line"),
        pytest.param([HEADINGS, ROWS[0], ["", "", "", ""], *ROWS[1:], [";"]], id="lines of delimiters only"),
        pytest.param([[*row, "", "", ""] for row in (HEADINGS, *ROWS)], id="re-saved with empty columns to the right"),
        pytest.param([HEADINGS, *[[*row, ""] for row in ROWS]], id="a delimiter at the end of every row"),
    ],
)
def test_empty_lines_and_empty_cells_at_the_end_of_all_rows_are_no_fault(send, rows):
    assert send(lines(*rows).encode()).answers.values["staff"].tolist() == [12, 5, 30]


def test_the_first_line_in_which_excel_says_the_delimiter_is_not_a_heading(send):
    found = send(("sep=|\r\n" + lines(HEADINGS, *ROWS, sign="|", end="\r\n")).encode())
    assert found.answers.values["staff"].tolist() == [12, 5, 30]
    assert found.raw.grid.delimiter == "|"


# ------------------------------------------------------------------ tables of another shape

ASKED = ["founded", "staff", "income_market", "income_contracts", "income_subsidies", "income_donations"]


def labels(questionnaire, language):
    return [questionnaire[name].battery_labels.get(language, "") + " " + questionnaire[name].labels[language] for name in ASKED]


@pytest.mark.parametrize("language", ["en", "de", "fr", "pl", "el"])
def test_one_row_per_answer_is_a_long_table(send, questionnaire, language):
    rows = [[f"W{n}", text, str(n)] for n in range(1, 5) for text in labels(questionnaire, language)]
    assert "one row per answer (a long table)" in refusal(send, [["wise_code", "question", "answer"], *rows])


def test_a_long_table_of_codes_is_one_too(send):
    rows = [["AT-1", f"W{n}", name, str(n)] for n in range(1, 5) for name in ASKED]
    assert "a long table" in refusal(send, [["partner_code", "wise_code", "variable", "value"], *rows], name="answers.xlsx")


@pytest.mark.parametrize("language", ["en", "nl", "bg", "es", "lv"])
def test_a_table_turned_round_is_told(send, questionnaire, language):
    rows = [[text, "1", "2", "3"] for text in labels(questionnaire, language)]
    assert "it is turned round" in refusal(send, [["Question", "R1", "R2", "R3"], *rows], name="answers.xlsx")


@pytest.mark.parametrize(
    ("answer", "count", "share"), [("Answer", "n", "%"), ("Antwort", "Anzahl", "Prozent"), ("Réponse", "Effectif", "%")]
)
def test_a_table_of_frequencies_is_told(send, questionnaire, answer, count, share):
    rows = [[text, part, "12", "30%"] for text in labels(questionnaire, "en") for part in ("up to 10", "more")]
    assert "table of frequencies" in refusal(send, [["Question", answer, count, share], *rows])
    rows = [[choice.labels["it"], "12", "30"] for choice in questionnaire.choices("model").values()]
    assert "table of frequencies" in refusal(send, [[answer, count, share], *rows])


def test_two_rows_of_headings_are_told(send, questionnaire):
    texts = labels(questionnaire, "hr")
    told = refusal(send, [["About you", "", "Income", "", "", ""], texts, *[["2000", "5", "40", "60", "0", "0"]] * 3], name="answers.xlsx")
    assert "its headings stand in row 2, below other headings or a title" in told


def test_a_title_above_the_headings_is_told(send):
    told = refusal(send, [["Survey of enterprises 2022"], [""], ASKED, *[["2000", "5", "40", "60", "0", "0"]] * 3], name="answers.xlsx")
    assert "its headings stand in row 3" in told


def test_answers_of_another_survey_under_the_same_headings_are_refused_with_both_numbers(send):
    headings = ["wise_code", "model", "group", "pathway", "main_sector", *ASKED]
    rows = [["W1", *["zebra"] * 4, *["giraffe"] * 6], ["W2", *["lion"] * 4, *["tiger"] * 6]]
    told = refusal(send, [headings, *rows])
    assert "only 0 of its 20 answers are answers of the questionnaire" in told

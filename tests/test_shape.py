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

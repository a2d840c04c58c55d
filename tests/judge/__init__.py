"""The mutation judge: files of the demonstration, changed by seeded mutations, read as an analyst would see them read.

`files` cuts a delivery into cells and writes it again, `mutations` change it, `verdicts` say what became of the answers.
`python -m tests.judge [seed]` tries every mutation on every delivery and prints how many were tried, same, asked, refused, wrong.
"""

OUTCOMES = ("right", "refused", "told", "wrong", "lost", "crashed")
"""What becomes of a thing that was damaged; the last three must not be."""

"""What may be published together: secondary suppression over all figures at once, by Gaussian elimination.

Method: Langsrud, "Secondary cell suppression by Gaussian elimination" (Privacy in Statistical Databases 2024,
doi 10.1007/978-3-031-69651-0_6; R packages SSBtools and GaussSuppression): published figures are rows of a
0/1 matrix whose columns are the unknown answers; something is safe from exact disclosure if it is not in the
span of the published rows. Cells are taken in a stated order of loss; one is hidden if it would put something
sensitive into that span.

Further than the packages: contributors are persons *and* WISEs; each partner, who knows the answers of its
own respondents, and each WISE, which knows those of its own people, is an attacker with a *view* of its own;
sensitive is not only what a hidden cell holds but every combination of figures that rests on too few ("2 + 2
remain", differences of bases, sums of one WISE's answers). And what is hidden must not only be inexact: each
hidden figure can move, without any published one changing, in a fifth of its scale.

The modules stand in the order of their use: arithmetic, cells, contributors, primary, elimination, targets,
smallsets, movement, suppression; then means and completions, of what is shown after that.
"""

from bwise.protection.cells import Answers, Cells, People, Rules, Verdict
from bwise.protection.suppression import protect

__all__ = ["Answers", "Cells", "People", "Rules", "Verdict", "protect"]

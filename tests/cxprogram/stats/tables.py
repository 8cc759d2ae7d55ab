"""Count tables with published or independently computed scores, copied with their source."""

from cxprogram.stats.tally import Tally

# SFO passenger survey 2017 (DataSF, PDDL), column NETPRO without 85 blanks: code, n, Σw, Σw².
SFO_2017_NETPRO = Tally.from_cells(
    [
        (0, 17, 15.798031469, 18.08526903571585),
        (1, 6, 6.5702907194, 8.972971472900818),
        (2, 8, 7.2517579928, 8.304162410437524),
        (3, 19, 17.6116865509, 19.77852606675542),
        (4, 18, 16.8562769785, 19.293017054907597),
        (5, 144, 142.2754009592, 166.1068900231708),
        (6, 130, 123.4312806874, 144.81557409507735),
        (7, 291, 295.9968788831, 366.23913752220636),
        (8, 677, 681.3089948994, 826.0257073010033),
        (9, 564, 541.1839110109, 632.1794034295762),
        (10, 872, 898.1120627421, 1118.0850769863684),
    ]
)

# The same survey, overall rating Q7ALL without 143 blanks.
SFO_2017_OVERALL = Tally.from_cells(
    [
        (1, 6, 6.1499736991, 7.513980363589741),
        (2, 32, 32.4387750552, 39.4680598483389),
        (3, 444, 438.7618587323, 527.8851106425889),
        (4, 1507, 1502.5049477303, 1808.5924830721558),
        (5, 699, 713.8912052251001, 880.3356095071896),
    ]
)

# R package NPS test data (nps_testdata.csv), column REC by region and business unit: answers 0 to 10, and the
# weight R survey 4.1-1 `rake` gives each answer of the cell (regions 52/31/11/6 thousand, units 40/25/20/15).
RAKED_CELLS = {
    ("APAC", "Apples"): ((1, 0, 0, 1, 1, 2, 2, 3, 5, 10, 10), 598.9616105177),
    ("APAC", "Bananas"): ((3, 0, 0, 0, 1, 6, 0, 0, 4, 7, 11), 318.6526134122),
    ("APAC", "Berries"): ((2, 0, 0, 3, 2, 3, 4, 2, 2, 8, 12), 222.4187796308),
    ("APAC", "Oranges"): ((3, 1, 1, 0, 2, 3, 1, 0, 7, 4, 12), 364.3395993153),
    ("EMEA", "Apples"): ((4, 0, 0, 2, 7, 9, 1, 5, 10, 12, 15), 188.7686603962),
    ("EMEA", "Bananas"): ((6, 1, 1, 3, 3, 7, 2, 3, 7, 15, 15), 100.4265146702),
    ("EMEA", "Berries"): ((7, 2, 3, 1, 4, 8, 2, 1, 10, 11, 10), 70.0974725935),
    ("EMEA", "Oranges"): ((5, 0, 2, 3, 1, 13, 2, 3, 11, 18, 14), 114.8252189862),
    ("LATAM", "Apples"): ((2, 1, 1, 1, 0, 3, 1, 0, 5, 5, 5), 182.4291402722),
    ("LATAM", "Bananas"): ((0, 1, 1, 1, 0, 2, 2, 6, 0, 5, 4), 97.0538366558),
    ("LATAM", "Berries"): ((1, 0, 1, 4, 0, 5, 0, 1, 2, 4, 4), 67.7433512197),
    ("LATAM", "Oranges"): ((0, 0, 0, 2, 1, 6, 1, 3, 3, 6, 5), 110.9689814891),
    ("NAM", "Apples"): ((11, 1, 2, 3, 4, 18, 5, 9, 10, 37, 26), 18.9530265047),
    ("NAM", "Bananas"): ((10, 1, 5, 3, 6, 18, 8, 7, 17, 29, 29), 10.0831694749),
    ("NAM", "Berries"): ((10, 2, 2, 2, 2, 21, 6, 7, 11, 32, 36), 7.0380287342),
    ("NAM", "Oranges"): ((9, 0, 3, 6, 6, 16, 4, 7, 15, 24, 27), 11.5288491972),
}


def raked(*units: str) -> Tally:
    """Return the recommendation answers of some business units (all: none named) with their raked weights."""
    return Tally.from_cells(
        (code, count, count * weight, count * weight**2)
        for (_, unit), (counts, weight) in RAKED_CELLS.items()
        if not units or unit in units
        for code, count in enumerate(counts)
    )


# The same data, column Product.Tastiness.
TASTINESS = Tally.from_counts({0: 1, 1: 3, 2: 9, 3: 52, 4: 92, 5: 176, 6: 225, 7: 214, 8: 150, 9: 60, 10: 18})
TASTINESS_APPLES = Tally.from_counts({1: 1, 2: 3, 3: 10, 4: 21, 5: 47, 6: 51, 7: 60, 8: 40, 9: 12, 10: 5})
TASTINESS_ORANGES = Tally.from_counts({1: 1, 3: 14, 4: 27, 5: 43, 6: 57, 7: 47, 8: 40, 9: 16, 10: 5})

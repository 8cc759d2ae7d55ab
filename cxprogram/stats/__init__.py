"""The program's formulas: one for each number, each computed from counts.

Pure numpy and ``scipy.special``: no Django, no clock, no global random state. Neither ``scipy.stats``
nor pandas is imported here, because every web process carries these modules. Import from the modules:
``from cxprogram.stats.nps import nps``.
"""

from cxprogram.access import Right, ScopedQuerySet


class ProjectQuerySet(ScopedQuerySet):
    """Improvement projects: a project of a unit is seen from that unit's subtree, one of the whole by all."""

    right = Right.SEE_PROJECTS


class ProjectPartQuerySet(ProjectQuerySet):
    program_lookup = "project__program"

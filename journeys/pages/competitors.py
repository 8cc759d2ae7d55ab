"""The page that holds us against competitors: finished sentences and tables."""

from django.utils.translation import gettext as _

from cxprogram import figures
from cxprogram.charts.parts import Column, Hidden, Table
from cxprogram.figures import signed
from journeys.insight.competitors import SURE, Brand, Comparison, Moment


def headline(found: Comparison) -> str:
    """Whether we are ahead, and how sure it is."""
    standing = found.standing
    if standing is None:
        if found.n == 0:
            return _("Nobody has compared us with others yet")
        return _("Too few compare us with others to show without revealing a small group")
    if standing.ahead >= SURE:
        return _("Ahead of all %(n)s others") % {"n": standing.of - 1} if standing.of > 2 else _("Ahead of the other")
    if standing.rank > 1:
        return _("Place %(rank)s of %(of)s in the eyes of those who know others too") % {
            "rank": standing.rank,
            "of": standing.of,
        }
    return _("First of %(of)s, but not surely") % {"of": standing.of}


def lead(found: Comparison) -> str:
    said = []
    if (standing := found.standing) is not None:
        text = _("%(share)s sure that we are ahead of all (%(n)s).")
        if standing.rank > 1:
            text = _("%(own)s sure that this is our place, %(share)s that we are first (%(n)s).")
        said.append(
            text
            % {
                "own": figures.figure(standing.ranks[standing.rank - 1], "share"),
                "share": figures.figure(standing.ahead, "share"),
                "n": figures.answers(standing.n),
            }
        )
    for verdict, text in (("lost", _("Behind at %(names)s.")), ("won", _("Ahead at %(names)s."))):
        names = [name_of(each) for each in found.moments if each.verdict == verdict and each.touchpoint]
        if names:
            said.append(text % {"names": ", ".join(names)})
    return " ".join(said)


def name_of(moment: Moment) -> str:
    name = moment.touchpoint.label if moment.touchpoint else _("The whole")
    return f"{name} ({moment.context})" if moment.context else name


def wallet(found: Comparison) -> Table:
    return Table(
        _("Organisations that the same people know, by share of wallet"),
        (
            Column(_("Organisation"), is_number=False), Column(_("Rank-based share of wallet")),
            Column(_("95 % interval")), Column(_("Users")), Column(_("Ours minus theirs")), Column(_("95 % interval")),
            Column(_("Compared by")), Column(_("Place")), Column(_("Sure of the place")), Column(_("Sure to be first")),
        ),
        tuple(_brand(brand) for brand in found.brands),
    )  # fmt: skip


def _brand(brand: Brand) -> tuple[str, ...]:
    share, relative, place, hidden = brand.share, brand.relative, brand.place, Hidden(_("hidden"))
    return (
        brand.name,
        figures.figure(share.mean, "share") if share else _("hidden"),
        figures.told_interval(share.low, share.high, "share") if share else "",
        figures.figure(share.users, "count") if share else hidden,
        "" if relative is None or relative.difference is None else signed(relative.difference, "number"),
        figures.told_interval(relative.low, relative.high, "number", in_words=True) if relative else "",
        "" if brand.is_us else figures.figure(relative.n, "count") if relative else hidden,
        figures.figure(place.rank, "count") if place else "",
        figures.figure(place.probability, "share") if place else "",
        figures.figure(place.first, "share") if place else "",
    )


def moments(found: Comparison) -> list[tuple[str, Moment]]:
    return [(name_of(each), each) for each in found.moments]


def scale(found: Comparison) -> tuple[float, float]:
    """One scale for all bars, with nothing between us at its middle."""
    ends = [abs(end) for each in found.moments for end in (each.relative.low, each.relative.high) if end is not None]
    top = figures.nice_ends([0.0, *ends])[1] if ends else 10.0
    return -top, top

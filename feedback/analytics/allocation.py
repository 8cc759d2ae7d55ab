"""Sharing out a sample among groups."""

from collections.abc import Mapping


def proportional(total: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Shares of `total` in proportion to the sizes of the groups, none larger than its group.

    Largest remainders (Hamilton); ties go to the larger group, then by name. The shares add up to the smaller of the
    total and all there are.
    """
    everyone = sum(sizes.values())
    if total >= everyone:
        return dict(sizes)
    exact = {name: total * size / everyone for name, size in sizes.items()}
    shares = {name: int(share) for name, share in exact.items()}
    order = sorted(sizes, key=lambda name: (shares[name] - exact[name], -sizes[name], name))
    for name in order[: total - sum(shares.values())]:
        shares[name] += 1
    return shares

from cxprogram.models.imports import ImportRun
from cxprogram.models.mail import OutgoingMail
from cxprogram.models.org import Membership, OrgUnit, Responsibility
from cxprogram.models.program import Program
from cxprogram.models.token import ApiToken
from cxprogram.models.user import User

__all__ = [
    "ApiToken",
    "ImportRun",
    "Membership",
    "OrgUnit",
    "OutgoingMail",
    "Program",
    "Responsibility",
    "User",
]

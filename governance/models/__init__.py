from governance.models.charter import Charter, SignOff
from governance.models.compensation import CompensationScheme, CompensationStatement, SchemeComponent
from governance.models.report import Report

__all__ = [
    "Charter",
    "CompensationScheme",
    "CompensationStatement",
    "Report",
    "SchemeComponent",
    "SignOff",
]

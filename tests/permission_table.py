"""THE table: role × door → status, tried by tests/test_permissions.py.

To add a door, add one line to ROWS: its URL name, the statuses by role, and, if it leads to one object, whose it is
(`OWN` lies in area G, where manager and frontline work; `OTHER` in area A; `WHOLE` at the root). Doors that need more
than that in their address stand in PLACES of tests/permission_calls.py, those that need a body in its BODIES. The
stranger owns another program.
"""

from dataclasses import dataclass, field

from cxprogram.choices import Role

ANONYMOUS, STRANGER = "anonymous", "stranger"
ROLES = (ANONYMOUS, *(role.value for role in Role), STRANGER)
REST = "*"  # everyone whom the row does not name
OWN, OTHER, WHOLE = "G", "A", ""

DEFINERS = "owner analyst"
WORKERS = "owner analyst unit_manager frontline integration"
WORKERS_OF_A = "owner analyst integration"
SENDERS = "owner analyst integration"
STAFF = "owner analyst stranger"
STEPS = ("people", "journey", "survey", "channel")
BEYOND = "unit_manager frontline stranger"  # who has the right, but not there
PROJECTS = "owner analyst executive steering unit_manager project_lead integration"
SCORES = "owner analyst executive steering unit_manager frontline project_lead integration"
SCORES_OF_A = "owner analyst executive steering project_lead integration"
DRIVERS = "owner analyst executive steering unit_manager project_lead integration"
SCORECARD = "owner analyst executive steering unit_manager auditor advisor integration"
REPORTS = "owner analyst executive steering auditor advisor integration"


@dataclass(frozen=True)
class Row:
    door: str
    expected: dict[str, int]
    where: str | None = None
    method: str = "GET"
    query: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        query = "&".join(f"{name}={value}" for name, value in self.query.items())
        parts = (self.method, self.door, f"of {self.where or 'the whole'}" if self.where is not None else "", query)
        return " ".join(filter(None, parts))


def row(door: str, statuses: dict[int, str], where: str | None = None, *, method: str = "GET", **query: str) -> Row:
    """`statuses` names the roles by status; REST stands for everyone else."""
    by_role = {role: status for status, roles in statuses.items() for role in roles.split() if role != REST}
    (rest,) = [status for status, roles in statuses.items() if REST in roles.split()] or [None]
    expected = {role: by_role.get(role, rest) for role in ROLES}
    assert None not in expected.values() and by_role.keys() <= set(ROLES), (door, statuses)
    return Row(door, expected, where, method, query)  # type: ignore[arg-type]


def post(door: str, statuses: dict[int, str], where: str | None = None, **query: str) -> Row:
    return row(door, statuses, where, method="POST", **query)


# --- THE table --------------------------------------------------------------------------------
SAID_KINDS = ("mention", "support-case", "feature-request", "conversation", "employee-remark")
ROWS: list[Row] = [
    # For everyone
    row("feedback:survey", {200: REST}, WHOLE),
    post("feedback:survey", {303: REST}, WHOLE),
    row("feedback:survey-done", {200: REST}, WHOLE),
    row("feedback:embed", {200: REST}, WHOLE),
    row("feedback:brand-style", {200: REST}, WHOLE),
    row("feedback:brand-logo", {200: REST}, WHOLE),
    row("feedback:invited", {200: REST}, WHOLE),
    post("feedback:invited", {303: REST}, WHOLE),
    row("feedback:invited-score", {200: REST}, WHOLE),
    post("feedback:invited-score", {303: REST}, WHOLE),
    row("feedback:unsubscribe", {200: REST}, WHOLE),
    post("feedback:unsubscribe", {200: REST}, WHOLE),
    row("api:schema", {200: REST}),
    row("api:docs", {200: REST}),
    row("set_language", {302: REST}),
    post("set_language", {302: REST}),
    # The log-in
    row("account_login", {200: ANONYMOUS, 302: REST}),
    row("account_signup", {200: ANONYMOUS, 302: REST}),
    row("account_logout", {302: ANONYMOUS, 200: REST}),
    post("account_logout", {302: REST}),
    row("account_inactive", {200: REST}),
    row("account_reauthenticate", {302: ANONYMOUS, 200: REST}),
    row("account_email", {302: ANONYMOUS, 200: REST}),
    row("account_email_verification_sent", {200: REST}),
    row("account_confirm_email", {200: REST}, WHOLE),
    row("account_change_password", {302: ANONYMOUS, 200: REST}),
    row("account_set_password", {302: REST}),
    row("account_reset_password", {200: REST}),
    row("account_reset_password_done", {200: REST}),
    row("account_reset_password_from_key", {200: REST}, WHOLE),
    row("account_reset_password_from_key_done", {200: REST}),
    row("account_confirm_login_code", {302: REST}),
    # Pages
    row("home", {302: ANONYMOUS, 200: REST}),
    row("more", {302: ANONYMOUS, 200: REST}),
    post("more", {302: ANONYMOUS, 200: REST}),
    row("journeys:map", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:map", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:map", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:journey-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:journey-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:map-pdf", {302: ANONYMOUS, 200: SCORES, 404: REST}, period="2017"),
    row("journeys:map-pdf", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:touchpoint-detail", {302: ANONYMOUS, 200: SCORES, 404: REST}, WHOLE),
    row("journeys:touchpoint-detail", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, WHOLE, unit=OTHER),
    post("journeys:touchpoint-truth", {302: ANONYMOUS, 303: "owner analyst", 404: REST}, WHOLE),
    row("journeys:map-edit", {302: ANONYMOUS, 200: "owner analyst", 404: REST}),
    row("journeys:map-versions", {302: ANONYMOUS, 200: "owner analyst", 404: REST}),
    row("journeys:map-export", {302: ANONYMOUS, 200: SCORES, 404: REST}, journey="departure"),
    row("journeys:map-import", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:map-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("journeys:map-put-away", {302: ANONYMOUS, 422: "owner analyst", 404: REST}),
    row("journeys:put-away-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:target-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:target-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:target-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:target-list", {302: ANONYMOUS, 200: STAFF, 404: REST}, kpi="nps", period="2018"),
    post("journeys:target-list", {302: ANONYMOUS, 303: STAFF, 404: REST}, kpi="nps", period="2018"),
    row("journeys:use-case-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    post("journeys:use-case-list", {302: ANONYMOUS, 303: DEFINERS, 404: REST}),
    row("journeys:measurement-plan", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    post("journeys:measurement-plan", {302: ANONYMOUS, 303: DEFINERS, 404: REST}),
    row("journeys:path-study", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:path-study", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:path-study", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:funnel-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:competitor-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:kpi-list", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: f"{SCORES} stranger", 404: REST}),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: SCORES, 404: REST}, unit=OWN),
    row("journeys:kpi-csv", {302: ANONYMOUS, 200: SCORES_OF_A, 404: REST}, unit=OTHER),
    row("feedback:voice-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("feedback:survey-list", {302: ANONYMOUS, 200: f"{DEFINERS} stranger", 404: REST}),
    post("feedback:survey-new", {302: ANONYMOUS, 303: f"{DEFINERS} stranger", 404: REST}),
    row("feedback:survey-edit", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:survey-edit", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("feedback:survey-preview", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    row("feedback:poster", {302: ANONYMOUS, 200: REST, 404: STRANGER}, WHOLE),
    row("feedback:poster-pdf", {302: ANONYMOUS, 200: REST, 404: STRANGER}, WHOLE),
    row("journeys:customer-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("journeys:customer-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}, q="canary"),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS, 404: REST}, OWN),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, OTHER),
    row("journeys:customer-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, WHOLE),
    post("journeys:customer-export", {302: ANONYMOUS, 200: "owner", 404: REST}, OWN),
    post("journeys:customer-erase", {302: ANONYMOUS, 303: "owner", 404: REST}, OWN),
    row("journeys:segment-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("journeys:segment-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("journeys:segment-new", {302: ANONYMOUS, 303: STAFF, 404: REST}),
    row("journeys:segment-edit", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("journeys:segment-edit", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("journeys:stream-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("journeys:stream-list", {302: ANONYMOUS, 422: STAFF, 404: REST}),
    row("feedback:audit", {302: ANONYMOUS, 200: f"{DRIVERS} stranger", 404: REST}),
    row("feedback:drivers", {302: ANONYMOUS, 200: f"{DRIVERS} stranger", 404: REST}),
    row("feedback:study-new", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("feedback:study-new", {302: ANONYMOUS, 303: STAFF, 404: REST}),
    row("feedback:import-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    post("feedback:import-list", {302: ANONYMOUS, 400: STAFF, 404: REST}),
    row("feedback:import-detail", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:import-start", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    post("feedback:import-discard", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: f"{WORKERS} stranger", 404: REST}),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: WORKERS, 404: REST}, unit=OWN),
    row("feedback:ticket-list", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, unit=OTHER),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS, 404: REST}, OWN),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, OTHER),
    row("feedback:ticket-detail", {302: ANONYMOUS, 200: WORKERS_OF_A, 404: REST}, WHOLE),
    post("feedback:ticket-take", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-take", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    post("feedback:ticket-note", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-note", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    post("feedback:ticket-close", {302: ANONYMOUS, 303: WORKERS, 404: REST}, OWN),
    post("feedback:ticket-close", {302: ANONYMOUS, 303: WORKERS_OF_A, 404: REST}, OTHER),
    row("feedback:plan-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("feedback:decision-list", {302: ANONYMOUS, 200: STAFF, 404: REST}),
    row("feedback:plan-detail", {302: ANONYMOUS, 200: DEFINERS, 404: REST}, WHOLE),
    post("feedback:plan-start", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    post("feedback:plan-people", {302: ANONYMOUS, 303: DEFINERS, 404: REST}, WHOLE),
    row("actions:project-list", {302: ANONYMOUS, 200: f"{PROJECTS} stranger", 404: REST}),
    row("actions:project-detail", {302: ANONYMOUS, 200: PROJECTS, 404: REST}, OWN),
    row("actions:project-detail", {302: ANONYMOUS, 200: PROJECTS, 404: REST}, OTHER),
    post(
        "actions:project-decide",
        {
            302: ANONYMOUS,
            303: "owner executive steering",
            403: "analyst unit_manager project_lead integration",
            404: REST,
        },
        OWN,
    ),
    row("governance:start", {302: f"anonymous {STAFF}", 404: REST}),
    post("governance:start", {302: f"anonymous {STAFF}", 404: REST}),  # leads on as the page does, and makes nothing
    *(row(f"governance:start-{step}", {302: ANONYMOUS, 200: STAFF, 404: REST}) for step in STEPS),
    *(post(f"governance:start-{step}", {302: ANONYMOUS, 303: STAFF, 404: REST}) for step in STEPS[:-1]),
    post("governance:start-channel", {302: ANONYMOUS, 303: DEFINERS, 404: REST, 422: STRANGER}),  # names our unit
    row("governance:charter", {302: ANONYMOUS, 200: REST}),
    post("governance:charter-sign", {302: "anonymous owner executive", 403: REST, 404: STRANGER}),
    row("governance:scorecard", {302: ANONYMOUS, 200: f"{SCORECARD} stranger", 404: REST}),
    row("governance:statement-list", {302: ANONYMOUS, 200: REST}),
    row("governance:statement-detail", {302: ANONYMOUS, 200: "owner auditor unit_manager", 404: REST}, OWN),
    row("governance:statement-detail", {302: ANONYMOUS, 200: "owner auditor", 404: REST}, OTHER),
    row("governance:report-list", {302: ANONYMOUS, 200: f"{REPORTS} stranger", 404: REST}),
    row("governance:report-inputs", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OWN),
    row("governance:report-inputs", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OTHER),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OWN),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, OTHER),
    row("governance:report-pdf", {302: ANONYMOUS, 200: REPORTS, 404: REST}, WHOLE),
    post("governance:report-make", {302: ANONYMOUS, 400: STAFF, 404: REST}),
    # API
    row("api:kpi-value", {401: ANONYMOUS, 200: f"{SCORES} stranger", 403: REST}, kpi="nps"),
    row("api:kpi-value", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, kpi="nps", unit=OWN),
    row(
        "api:kpi-value",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        kpi="nps",
        unit=OTHER,
    ),
    row("api:paths", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}),
    row("api:paths", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:paths",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        unit=OTHER,
    ),
    row("api:funnels", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}),
    row("api:funnels", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:funnels",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        unit=OTHER,
    ),
    row("api:competitor-comparison", {401: ANONYMOUS, 200: f"{SCORES} stranger", 403: REST}),
    row("api:competitor-comparison", {401: ANONYMOUS, 200: SCORES, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:competitor-comparison",
        {401: ANONYMOUS, 200: SCORES_OF_A, 404: "unit_manager frontline stranger", 403: REST},
        unit=OTHER,
    ),
    row("api:driver-study", {401: ANONYMOUS, 200: DRIVERS, 403: REST, 404: STRANGER}),
    post("api:driver-study", {401: ANONYMOUS, 202: f"{DEFINERS} stranger", 403: REST}),
    row("api:driver-study-run", {401: ANONYMOUS, 200: DEFINERS, 403: REST, 404: STRANGER}, WHOLE),
    row("api:ticket-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:ticket-list", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, unit=OWN),
    row(
        "api:ticket-list",
        {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: "unit_manager frontline stranger"},
        unit=OTHER,
    ),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    row("api:ticket-detail", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, WHOLE),
    post("api:ticket-take", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-take", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:ticket-note", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-note", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:ticket-close", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, OWN),
    post("api:ticket-close", {401: ANONYMOUS, 200: WORKERS_OF_A, 403: REST, 404: BEYOND}, OTHER),
    post("api:response-create", {401: ANONYMOUS, 201: SENDERS, 403: REST, 404: STRANGER}),
    post("api:response-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:response-export", {401: ANONYMOUS, 200: f"{DEFINERS} stranger", 403: REST}),
    row("api:response-export", {401: ANONYMOUS, 200: DEFINERS, 403: REST, 404: STRANGER}, program="sfo"),
    row("api:contact-decision-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:not-drawn-list", {401: ANONYMOUS, 400: f"{WORKERS} stranger", 403: REST}),
    post("api:bounce-create", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    *(
        post(f"api:{kind}-{door}", {401: ANONYMOUS, status: f"{SENDERS} stranger", 403: REST})
        for kind in SAID_KINDS
        for door, status in (("create", 201), ("bulk", 200))
    ),
    # Tracking clients come with a key, never with a log-in.
    *(
        post(f"api:segment-{kind}", {401: REST})
        for kind in ("track", "identify", "page", "screen", "group", "alias", "batch", "import")
    ),
    row("api:customer-list", {401: ANONYMOUS, 200: f"{WORKERS} stranger", 403: REST}),
    row("api:customer-list", {401: ANONYMOUS, 200: WORKERS, 403: REST, 404: STRANGER}, program="sfo"),
    post("api:customer-list", {401: ANONYMOUS, 201: f"{SENDERS} stranger", 403: REST}),
    post("api:customer-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    post("api:consent-create", {401: ANONYMOUS, 201: f"{SENDERS} stranger", 403: REST}),
    post("api:consent-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:journey-list", {401: ANONYMOUS, 200: f"{SCORES} stranger", 403: REST}),
    row("api:journey", {401: ANONYMOUS, 200: SCORES, 404: STRANGER, 403: REST}, WHOLE),
    post("api:competitor-rating-create", {401: ANONYMOUS, 201: f"{SENDERS} stranger", 403: REST}),
    post("api:competitor-rating-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    post("api:interaction-create", {401: ANONYMOUS, 201: SENDERS, 403: REST, 422: STRANGER}),
    post("api:interaction-bulk", {401: ANONYMOUS, 200: f"{SENDERS} stranger", 403: REST}),
    row("api:project-list", {401: ANONYMOUS, 200: f"{PROJECTS} stranger", 403: REST}),
    row("api:report-list", {401: ANONYMOUS, 200: f"{REPORTS} stranger", 403: REST}),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, OWN),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, OTHER),
    row("api:report-pdf", {401: ANONYMOUS, 200: REPORTS, 403: REST, 404: STRANGER}, WHOLE),
    row("api:statement-list", {401: ANONYMOUS, 200: REST}),
    row("api:unknown", {401: ANONYMOUS, 404: REST}),
    post("api:unknown", {401: ANONYMOUS, 404: REST}),
    # The admin's own pages
    row("admin:index", {200: STAFF, 302: REST}),
    row("admin:search", {200: STAFF, 302: REST}),
    row("admin:jsi18n", {200: STAFF, 302: REST}),
    row("admin:autocomplete", {403: STAFF, 302: REST}),
    row("admin:app_list", {200: STAFF, 302: REST}, WHOLE),
    row("admin:view_on_site", {404: STAFF, 302: REST}, WHOLE),
    row("admin:password_change", {200: STAFF, 302: REST}),
    row("admin:password_change_done", {200: STAFF, 302: REST}),
    row("admin:login", {302: f"{STAFF} anonymous", 403: REST}),
    row("admin:logout", {405: STAFF, 302: REST}),
    post("admin:logout", {200: STAFF, 302: REST}),
    row("admin:auth_user_password_change", {200: DEFINERS, 404: STRANGER, 302: REST}, OWN),
    row("admin:auth_user_password_change", {200: "owner", 403: "analyst", 404: STRANGER, 302: REST}, WHOLE),
]

"""What is entered on the way from empty to live; every field has a sensible value already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from cxprogram.choices import Role
from cxprogram.models import OrgUnit, Program, User
from feedback.survey_templates import TEMPLATES, SurveyTemplate
from governance.kpi_templates import KPIS
from governance.services.beginnings import FIRST_CONTACT_HOURS, Founding, Newcomer
from journeys.choices import LegalBasis
from journeys.journey_templates import CUSTOMER, JOURNEYS
from journeys.models import Touchpoint

# Country: its clock, its money, and the language by which it is guessed.
COUNTRIES = {
    "SE": ("Europe/Stockholm", "SEK", ("sv",)),
    "NO": ("Europe/Oslo", "NOK", ("nb", "nn", "no")),
    "DK": ("Europe/Copenhagen", "DKK", ("da", "kl")),
    "FI": ("Europe/Helsinki", "EUR", ("fi",)),
    "IS": ("Atlantic/Reykjavik", "ISK", ("is",)),
    "AX": ("Europe/Mariehamn", "EUR", ()),
    "FO": ("Atlantic/Faroe", "DKK", ("fo",)),
}
ELSEWHERE = "other"
COUNTRY_CHOICES = [
    ("SE", gettext_lazy("Sweden")),
    ("NO", gettext_lazy("Norway")),
    ("DK", gettext_lazy("Denmark")),
    ("FI", gettext_lazy("Finland")),
    ("IS", gettext_lazy("Iceland")),
    ("AX", gettext_lazy("Åland")),
    ("FO", gettext_lazy("Faroe Islands")),
    (ELSEWHERE, gettext_lazy("Another country")),
]
CURRENCIES = ("SEK", "NOK", "DKK", "EUR", "ISK", "GBP", "USD", "CHF", "PLN")
MOST_LINES, MOST_OF_NAME = 200, 150
# Which role each field of the second step gives.
ROLE_FIELDS = {
    "managers": Role.UNIT_MANAGER,
    "frontline": Role.FRONTLINE,
    "executives": Role.EXECUTIVE,
    "analysts": Role.ANALYST,
}


def guessed_country(accepted: str) -> str:
    """The country of the browser's languages: by region, else by language; Sweden where nothing tells."""
    for tag, _weight in parse_accept_lang_header(accepted):
        language, _sep, region = tag.partition("-")
        if region.upper() in COUNTRIES:
            return region.upper()
        for country, (_zone, _money, languages) in COUNTRIES.items():
            if language in languages:
                return country
    return "SE"


class FoundingForm(forms.Form):
    """The first person and the organisation."""

    setup_code = forms.CharField(
        label=gettext_lazy("Setup code"),
        max_length=200,
        error_messages={"required": gettext_lazy("Paste the setup code.")},
        help_text=gettext_lazy(
            "It was printed when the program was started, and lies in the file setup_code of its data folder."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text=gettext_lazy("You log in with it."),
        error_messages={"required": gettext_lazy("Write your e-mail address.")},
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 10 characters. A few words in a row are easy to keep in mind."),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )
    organisation = forms.CharField(
        label=gettext_lazy("Name of your organisation"),
        max_length=200,
        error_messages={"required": gettext_lazy("Write the name of your organisation.")},
    )
    customer_word = forms.CharField(
        label=gettext_lazy("What you call a customer"),
        max_length=40,
        help_text=gettext_lazy("For example passenger, patient, member."),
        error_messages={"required": gettext_lazy("Write one word.")},
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the program"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(label=gettext_lazy("Country"), choices=COUNTRY_CHOICES)
    time_zone = forms.ChoiceField(label=gettext_lazy("Time zone"), required=False)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)

    def __init__(self, data: Any = None, *, accepted: str = "") -> None:
        language = (get_language() or "en").split("-")[0]
        initial = {"language": language, "customer_word": CUSTOMER[language], "country": guessed_country(accepted)}
        super().__init__(data, initial=initial)
        if settings.IS_DEMO:
            del self.fields["setup_code"]
        usual = [zone for zone, _money, _languages in COUNTRIES.values()]
        others = sorted(zone for zone in available_timezones() if "/" in zone and zone not in usual)
        self._choose("time_zone", [*usual, *others])
        self._choose("currency", CURRENCIES)

    def _choose(self, name: str, values: Iterable[str]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = [("", _("As in the country")), *((each, each) for each in values)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        zone, currency, _languages = COUNTRIES.get(data.get("country", ""), ("", "EUR", ()))
        data["time_zone"] = data.get("time_zone") or zone
        data["currency"] = data.get("currency") or currency
        if data.get("country") == ELSEWHERE and not data["time_zone"]:
            self.add_error("time_zone", _("Choose the time zone: it is known of the countries named only."))
        if password := data.get("password"):
            try:
                person = User(email=data.get("email", ""), name=data.get("name", ""))
                password_validation.validate_password(password, person)
            except ValidationError as error:
                self.add_error("password", error)
        return data

    def facts(self) -> Founding:
        names = Founding.__dataclass_fields__
        return Founding(**{name: self.cleaned_data[name] for name in names})


def _lined(label: Any, help_text: Any, *, rows: int) -> forms.CharField:
    """A field of several lines that may stay empty."""
    return forms.CharField(
        label=label,
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


@dataclass(frozen=True)
class PersonLine:
    """One line about a person: the address, the name before it, the unit behind it; either may be empty."""

    email: str
    name: str
    unit: str


class PeopleForm(forms.Form):
    """Units, one a line, and people by role: an address a line, with the unit behind it if it is not the whole."""

    units = _lined(gettext_lazy("Units"), gettext_lazy("One a line: stores, clinics, departments, regions."), rows=4)
    managers = _lined(
        gettext_lazy("Unit managers"),
        gettext_lazy("One e-mail address a line, and behind it the unit: ann@example.org Store North"),
        rows=3,
    )
    frontline = _lined(
        gettext_lazy("Those who serve customers"),
        gettext_lazy("The same. Without a unit they work for the whole."),
        rows=3,
    )
    executives = _lined(
        gettext_lazy("Executives"),
        gettext_lazy("They see figures and decide; they do not see who said what."),
        rows=2,
    )
    analysts = _lined(gettext_lazy("Analysts"), gettext_lazy("They define surveys and figures with you."), rows=2)
    sends_links = forms.BooleanField(
        label=gettext_lazy("Send everybody the link to choose a password"), required=False, initial=True
    )

    def __init__(self, program: Program, data: Any = None) -> None:
        super().__init__(data)
        self.program = program
        self.newcomers: list[tuple[str, PersonLine]] = []

    def clean_units(self) -> list[str]:
        names = _lines(self.cleaned_data["units"])
        if long := next((name for name in names if len(name) > 100), None):
            raise ValidationError(_("“%(name)s …” is too long for the name of a unit.") % {"name": long[:40]})
        return names

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        known = {unit.name.casefold() for unit in OrgUnit.objects.filter(program=self.program)}
        known |= {name.casefold() for name in data.get("units", [])}
        for field, role in ROLE_FIELDS.items():
            try:
                self.newcomers += [(role, each) for each in _people(data.get(field, ""), known)]
            except ValidationError as error:
                self.add_error(field, error)
        return data

    def people(self) -> list[Newcomer]:
        """Those who were named; their units are there by now."""
        units = {unit.name.casefold(): unit for unit in OrgUnit.objects.filter(program=self.program)}
        return [
            Newcomer(each.email, role, units.get(each.unit.casefold()), name=each.name) for role, each in self.newcomers
        ]


def _lines(text: str) -> list[str]:
    found = list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))
    if len(found) > MOST_LINES:
        raise ValidationError(_("At most %(n)s lines: import the rest from a file later.") % {"n": MOST_LINES})
    return found


def _person_line(line: str) -> PersonLine:
    """`ann@example.org Store North`, and as a mail program writes it: `Ann Berg <ann@example.org>, Store North`."""
    words = line.replace(",", " ").replace(";", " ").split()
    at = next((place for place, word in enumerate(words) if "@" in word), 0)
    return PersonLine(words[at].strip("<>()") if words else line, " ".join(words[:at]), " ".join(words[at + 1 :]))


def _people(text: str, known: set[str]) -> list[PersonLine]:
    """Who is named, line by line. Raises ValidationError with every line that is not understood."""
    found, wrong = [], []
    for line in _lines(text):
        each = _person_line(line)
        try:
            validate_email(each.email)
        except ValidationError:
            wrong.append(_("“%(text)s” is not an e-mail address.") % {"text": each.email[:80]})
            continue
        if len(each.name) > MOST_OF_NAME:
            wrong.append(_("“%(name)s …” is too long for a name.") % {"name": each.name[:40]})
        if each.unit and each.unit.casefold() not in known:
            wrong.append(_("There is no unit “%(name)s”: write it under units.") % {"name": each.unit[:80]})
        found.append(each)
    if wrong:
        raise ValidationError(wrong)
    return found


def _offer(name: str, about: str) -> str:
    return format_html('<b>{}</b><br><span class="cx-small">{}</span>', name, about)


def _said(texts: Mapping[str, str]) -> str:
    """The text in the reader's language."""
    return texts.get((get_language() or "en").split("-")[0]) or texts["en"]


class JourneyForm(forms.Form):
    """Which journey to begin with."""

    template = forms.ChoiceField(
        label=gettext_lazy("The journey closest to yours"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose a journey.")),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"template": next(iter(JOURNEYS))})
        cast(forms.ChoiceField, self.fields["template"]).choices = [
            (code, _offer(_said(each.names), _said(each.about))) for code, each in JOURNEYS.items()
        ]


class TouchpointField(forms.ModelChoiceField):
    def label_from_instance(self, touchpoint: Any) -> str:
        return f"{touchpoint.stage.label}: {touchpoint.label}"


def _touchpoints(program: Program) -> Any:
    rows = Touchpoint.objects.in_use().filter(program=program).select_related("stage")
    return rows.order_by("stage__journey_id", "stage__position", "position")


class SurveyForm(forms.Form):
    """Which survey, where on the journey, and how soon somebody answers a low score."""

    template = forms.ChoiceField(
        label=gettext_lazy("What you want to know"),
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), gettext_lazy("Choose a survey.")),
    )
    touchpoint = TouchpointField(
        label=gettext_lazy("Asked at"),
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole journey"),
        help_text=gettext_lazy("The touchpoint that the answers are about."),
    )
    hours = forms.TypedChoiceField(
        label=gettext_lazy("A low score opens a ticket for you. The customer hears from you within"),
        coerce=int,
        choices=[
            (4, gettext_lazy("4 hours")),
            (FIRST_CONTACT_HOURS, gettext_lazy("1 day")),
            (48, gettext_lazy("2 days")),
            (72, gettext_lazy("3 days")),
        ],
        initial=FIRST_CONTACT_HOURS,
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("On which legal basis you send it to customers"),
        choices=[
            (LegalBasis.LEGITIMATE_INTEREST, gettext_lazy("Legitimate interest: everyone")),
            (LegalBasis.CONSENT, gettext_lazy("Consent: who said yes")),
        ],
        initial=LegalBasis.LEGITIMATE_INTEREST,
        help_text=gettext_lazy(
            "Whoever says no is asked no more, and nobody twice within 30 days. Both can be changed in the admin."
        ),
    )

    def __init__(self, program: Program, data: Any = None, *, journey_code: str = "") -> None:
        journey = JOURNEYS.get(journey_code)
        points = _touchpoints(program)
        key = points.filter(code=journey.key).first() if journey else points.first()
        initial = {"template": journey.survey if journey else "relationship", "touchpoint": key}
        super().__init__(data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["touchpoint"]).queryset = points
        cast(forms.ChoiceField, self.fields["template"]).choices = [
            (code, _offer(_said(each.purpose), _said(each.asks[0].texts))) for code, each in _surveys()
        ]


def _surveys() -> Sequence[tuple[str, SurveyTemplate]]:
    """The templates whose first question brings KPIs."""
    return [(code, each) for code, each in TEMPLATES.items() if each.asks[0].kind in KPIS]


class PlaceForm(forms.Form):
    """Where the survey hangs first."""

    name = forms.CharField(
        label=pgettext_lazy("place", "Where you ask"),
        max_length=200,
        help_text=gettext_lazy("A counter, a door, a page: answers carry the place."),
        error_messages={"required": gettext_lazy("Write where you ask.")},
    )
    unit = forms.ModelChoiceField(label=gettext_lazy("Unit"), queryset=OrgUnit.objects.none(), empty_label=None)
    touchpoint = TouchpointField(
        label=gettext_lazy("Touchpoint"),
        queryset=Touchpoint.objects.none(),
        required=False,
        empty_label=gettext_lazy("The whole journey"),
    )

    def __init__(self, program: Program, data: Any = None, *, touchpoint: Touchpoint | None = None) -> None:
        units = OrgUnit.objects.filter(program=program).order_by("path")
        initial = {
            "name": touchpoint.label if touchpoint else _("Everywhere"),
            "unit": units.filter(parent=None).first(),
            "touchpoint": touchpoint,
        }
        super().__init__(data, initial=initial)
        cast(forms.ModelChoiceField, self.fields["unit"]).queryset = units
        cast(forms.ModelChoiceField, self.fields["touchpoint"]).queryset = _touchpoints(program)

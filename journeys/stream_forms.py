"""What people enter about the stream of tracking calls."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journeys.choices import LegalBasis, UseCaseKind
from journeys.models import UseCase
from journeys.services.tracking_stream import NewUse


class TrackingStreamForm(forms.Form):
    """Nothing is chosen beforehand: a person names the purpose, the legal basis and the use case."""

    purpose = forms.CharField(
        label=gettext_lazy("What the calls are for"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Which use it serves."),
    )
    legal_basis = forms.ChoiceField(
        label=gettext_lazy("Legal basis"), choices=[("", gettext_lazy("Choose …")), *LegalBasis.choices]
    )
    use_case = forms.ModelChoiceField(
        label=gettext_lazy("Use case that needs them"),
        queryset=UseCase.objects.none(),
        required=False,
        empty_label=gettext_lazy("A new one"),
    )
    name = forms.CharField(label=gettext_lazy("Name of the new use case"), max_length=100, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of the new use case"),
        choices=[("", gettext_lazy("Choose …")), *UseCaseKind.choices],
        required=False,
    )
    decision = forms.CharField(label=gettext_lazy("Which decision it serves"), max_length=300, required=False)
    begins = forms.BooleanField(
        label=gettext_lazy("Begin at once: the use case runs and the stream takes calls in"), required=False
    )

    def __init__(self, *args: Any, cases: QuerySet[UseCase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use_case"].queryset = cases  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("use_case") and "use_case" not in self.errors:
            for name in ("name", "kind", "decision"):
                if not data.get(name) and name not in self.errors:
                    text = _("A new use case needs a name, a kind and the decision that it serves.")
                    self.add_error(name, forms.ValidationError(text, code="required"))
        return data

    @property
    def use(self) -> UseCase | NewUse:
        said = self.cleaned_data
        return said["use_case"] or NewUse(said["name"], said["kind"], said["decision"])

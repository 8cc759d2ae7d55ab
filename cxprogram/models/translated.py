"""Names that an organisation writes in several languages."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


def in_language(texts: dict[str, Any], fallback: Any = "") -> Any:
    """The text in the active language, else in that of which it is a kind, else in English, else the fallback."""
    language = get_language() or "en"
    return texts.get(language) or texts.get(language.split("-")[0]) or texts.get("en") or fallback


def say(en: str, sv: str, nb: str, da: str, fi: str) -> dict[str, str]:
    """One text in every language of the house."""
    return {"en": en, "sv": sv, "nb": nb, "da": da, "fi": fi}


class Named(models.Model):
    """A row with a name, and its translations by language code."""

    name = models.CharField(_("name"), max_length=200)
    names = models.JSONField(
        _("translations of the name"),
        default=dict,
        blank=True,
        help_text=_('By language, for example {"sv": "Restauranger"}.'),
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        language = (get_language() or "en").split("-")[0]
        return self.names.get(language) or self.name

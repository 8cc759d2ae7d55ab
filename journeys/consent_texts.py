"""What customers are told before they are asked, where a program has no words of its own yet: by legal basis."""

from cxprogram.models.translated import say
from journeys.choices import LegalBasis

ASKING: dict[str, dict[str, str]] = {
    LegalBasis.LEGITIMATE_INTEREST: say(
        "We may ask you what you think of us, so that we can do better. You can say no at any time.",
        "Vi kan fråga vad du tycker om oss, för att kunna bli bättre. Du kan säga nej när som helst.",
        "Vi kan spørre deg hva du synes om oss, for å kunne bli bedre. Du kan si nei når som helst.",
        "Vi kan spørge dig, hvad du synes om os, så vi kan blive bedre. Du kan sige nej når som helst.",
        "Voimme kysyä, mitä pidät meistä, jotta voimme parantaa toimintaamme. Voit kieltäytyä milloin tahansa.",
    ),
    LegalBasis.CONSENT: say(
        "Yes, you may ask me what I think of you. I can take this back at any time.",
        "Ja, ni får fråga vad jag tycker om er. Jag kan ta tillbaka det när som helst.",
        "Ja, dere kan spørre meg hva jeg synes om dere. Jeg kan trekke det tilbake når som helst.",
        "Ja, I må spørge mig, hvad jeg synes om jer. Jeg kan trække det tilbage når som helst.",
        "Kyllä, minulta saa kysyä, mitä pidän teistä. Voin perua tämän milloin tahansa.",
    ),
}

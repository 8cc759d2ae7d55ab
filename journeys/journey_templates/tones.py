"""Tones of voice to choose from: few, so that one brand sounds like one."""

from cxprogram.models.translated import say

PLAIN = say("Plain words, no jargon", "Enkla ord, inga facktermer", "Enkle ord, uten fagspråk",
            "Enkle ord, uden fagsprog", "Selkeää kieltä ilman ammattisanoja")  # fmt: skip
EXACT = say("Exact: names, dates, amounts", "Exakt: namn, datum, belopp", "Nøyaktig: navn, datoer, beløp",
            "Præcist: navne, datoer, beløb", "Tarkasti: nimet, päivät, summat")  # fmt: skip
BRIEF = say("Short, the main thing first", "Kort, det viktigaste först", "Kort, det viktigste først",
            "Kort, det vigtigste først", "Lyhyesti, tärkein ensin")  # fmt: skip
WARM = say("Warm and personal", "Varmt och personligt", "Varmt og personlig", "Varmt og personligt",
           "Lämpimästi ja henkilökohtaisesti")  # fmt: skip
CALM = say("Calm, one thing at a time", "Lugnt, en sak i taget", "Rolig, én ting om gangen",
           "Roligt, én ting ad gangen",
           "Rauhallisesti, yksi asia kerrallaan")  # fmt: skip
OPEN = say("Open, with bad news too", "Öppet, även med dåliga nyheter", "Åpent, også med dårlige nyheter",
           "Åbent, også med dårlige nyheder", "Avoimesti, myös huonot uutiset")  # fmt: skip
RESPECT = say("Respectful, eye to eye", "Respektfullt, öga mot öga", "Respektfullt, på like fot",
              "Respektfuldt, i øjenhøjde", "Kunnioittavasti, tasavertaisesti")  # fmt: skip
HELPFUL = say("Helpful, always with a next step", "Hjälpsamt, alltid med ett nästa steg",
              "Hjelpsomt, alltid med et neste steg", "Hjælpsomt, altid med et næste skridt",
              "Avuliaasti, aina seuraava askel kertoen")  # fmt: skip
EXPERT = say("Knowledgeable, without lecturing", "Kunnigt, utan att undervisa", "Kunnskapsrikt, uten å belære",
             "Kyndigt, uden at belære", "Asiantuntevasti, opettamatta")  # fmt: skip
FRIENDLY = say("Friendly and light", "Vänligt och lätt", "Vennlig og lett", "Venligt og let",
               "Ystävällisesti ja kepeästi")  # fmt: skip

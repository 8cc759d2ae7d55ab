"""Words instead of JSON: what the admin's own fields take, and what they say of mistakes."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from cxprogram.admin_fields import (
    CodesField,
    DocumentField,
    LanguagesField,
    TranslationsField,
    check_options,
    check_problems,
)


class Sheet(forms.Form):
    names = TranslationsField(required=False)
    codes = CodesField(required=False, maximum=2)
    numbers = CodesField(required=False, of=int)
    languages = LanguagesField(required=False)
    options = DocumentField(required=False, check=check_options)


def filled(**data: Any) -> Sheet:
    return Sheet(data)


def test_it_takes_texts_by_language_and_leaves_out_empty_ones() -> None:
    sheet = filled(names_sv="  Restauranger ", names_fi="")
    assert sheet.is_valid()
    assert sheet.cleaned_data["names"] == {"sv": "Restauranger"}


def test_it_labels_the_text_of_each_language() -> None:
    html = str(Sheet(initial={"names": {"sv": 'Mat & "dryck"'}})["names"])
    assert '<label for="id_names_1">Svenska</label><input type="text" name="names_sv"' in html
    assert 'id="id_names_1"' in html
    assert 'value="Mat &amp; &quot;dryck&quot;"' in html
    assert 'lang="sv"' in html


def test_it_sees_whether_a_text_has_changed() -> None:
    assert not Sheet({"names_sv": "Mat"}, initial={"names": {"sv": "Mat"}}).has_changed()
    assert Sheet({"names_sv": "Föda"}, initial={"names": {"sv": "Mat"}}).has_changed()


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        ("codes", "nps, mean", ["nps", "mean"]),
        ("codes", "nps,, nps ", ["nps"]),
        ("codes", "", []),
        ("codes", "a, b, c", "2 at most."),
        ("numbers", "101, -2", [101, -2]),
        ("numbers", "101, many", "Write whole numbers with commas between them."),
        ("options", '{"1": {"title": {"en": "Lines"}}}', {"1": {"title": {"en": "Lines"}}}),
        ("options", "", {}),
        ("options", '{"1": }', "This is not JSON: line 1, column 7: Expecting value."),
        (
            "options",
            '{"1": {"title": {"xx": "Lines"}}}',
            'Answer 1, title: "xx" is not a language; use en, sv, nb, da, fi, ….',
        ),
    ],
)
def test_it_takes_lists_and_documents_or_says_what_is_wrong(field: str, text: str, expected: Any) -> None:
    sheet = filled(**{field: text})
    if isinstance(expected, str):
        assert sheet.errors[field] == [expected]
    else:
        assert sheet.is_valid()
        assert sheet.cleaned_data[field] == expected


def test_it_shows_lists_with_commas_and_documents_with_line_breaks() -> None:
    sheet = Sheet(initial={"numbers": [1, 2], "options": {"1": {"title": {"sv": "Kö"}}}})
    assert 'value="1, 2"' in str(sheet["numbers"])
    assert "Kö" in str(sheet["options"])
    assert str(sheet["options"]).count("\n") > 3


def test_it_keeps_a_document_that_is_wrong_as_it_was_typed() -> None:
    sheet = filled(options='{"1": oops')
    assert not sheet.is_valid()
    assert "oops" in str(sheet["options"])


@pytest.mark.parametrize(
    ("check", "document", "said"),
    [
        (check_options, [], "Write the options by answer code"),
        (check_options, {"one": {"title": {"en": "x"}}}, "Answer one: an answer code is a whole number."),
        (check_options, {"1": {}}, "Answer 1: give it a title"),
        (check_options, {"1": {"title": "Lines"}}, "Answer 1, title: write texts by language"),
        (check_options, {"1": {"title": {"en": " "}}}, "Answer 1, title: the text in en is empty."),
        (check_problems, {"x": {"en": "Lines"}}, "Problem x: an answer code is a whole number."),
        (check_problems, {"1": {"english": "Lines"}}, '"english" is not a language'),
        (check_problems, "text", "Write the problems by answer code"),
    ],
)
def test_it_names_the_place_of_a_mistake(check: Any, document: Any, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check(document)
    assert said in " ".join(refused.value.messages)


def test_it_accepts_what_the_demonstration_uses() -> None:
    check_options({"low": {"title": {"en": "Bad"}}, "high": {"title": {"sv": "Bra"}}})
    check_options({"101": {"title": {"en": "x"}, "sentence": {"en": "y"}, "stage": "arrive", "is_problem": True}})
    check_problems({"101": {"en": "Lines"}})


def test_it_takes_known_languages_only() -> None:
    assert filled(languages=["en", "sv"]).is_valid()
    assert not filled(languages=["xx"]).is_valid()

"""Files of customers and organisations, with the consents that stand beside them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cxprogram import languages
from cxprogram.models import ImportRun
from cxprogram.sentences import reason
from feedback.imports.records import Record
from feedback.services import import_consents, same_person
from feedback.services.import_consents import ConsentColumn
from feedback.services.sink_base import Outcome, RecordSink
from journeys.choices import CustomerKind
from journeys.services import attributes, people
from journeys.services.consent_intake import Prepared as Consented
from journeys.services.identities import CustomerError
from journeys.services.people import PersonFacts, Saved


class CustomerSink(RecordSink):
    """Customers and accounts: recognised, completed, merged where the rule is certain.

    Contacts and organisations of one source may have the same key: those of organisations are kept under a name of
    their own, `SOURCE account`. One that is known by the bare key, as the API tells of it, is found by that too.

    A row's consent is a word of its own, written after its customer; one that cannot be refuses the row whole.

    Of several rows of one person the later value holds, and `remarks` says so.

    Of the file's other columns those become attributes that the program has defined; `notes` names the others.
    """

    def __init__(self, run: ImportRun) -> None:
        super().__init__(run)
        self.defined = attributes.definitions(self.program)
        self.consents = (
            ConsentColumn(self.program, rule, source=self.mapping.source, at=run.started_at, by=run.by)
            if (rule := self.mapping.consent)
            else None
        )
        self.met = same_person.Remarks()

    def remarks(self) -> list[str]:
        return [*self.met.told()]

    def understood(self, record: Record) -> tuple[PersonFacts, Consented | None]:
        fields, source = record.fields, self.mapping.source
        is_account = record.target == "accounts"
        own = _of_accounts(source) if is_account else source
        keys = [(own, record.external_id)] if record.external_id else []
        if is_account and fields.get("domain"):
            keys.append((f"{source} domain"[:60], fields["domain"].lower()))
        known = {attributes.code_of(name): value for name, value in record.attributes.items()}
        facts = PersonFacts(
            identities=tuple(keys),
            name=record.name[:200],
            email=fields.get("email", ""),
            phone=fields.get("phone", "")[:40],
            language=languages.code_of(fields.get("language", "")),
            kind=CustomerKind.ACCOUNT if is_account else CustomerKind.PERSON,
            account=self._account(fields.get("account", "")),
            unit=self.unit_of(record),
            attributes={code: value for code, value in known.items() if code in self.defined},
        )
        found, _values = people.check(facts, self.defined)
        self.met.take(facts, record.line, found)
        return facts, self.consents.understood(record, facts) if self.consents else None

    def _account(self, value: str) -> tuple[str, str] | None:
        """Contacts join their company by its web domain or its id, whichever the file gives."""
        if not value:
            return None
        source = self.mapping.source
        return (f"{source} domain"[:60], value.lower()) if "." in value else (_of_accounts(source), value)

    def write(self, items: Sequence[tuple[PersonFacts, Consented | None]], *, at: datetime) -> list[Outcome]:
        outcomes = self._identify(self._by_bare_keys([facts for facts, _word in items]), at=at)
        words = {place: word for place, (_facts, word) in enumerate(items) if word and not outcomes[place].is_refused}
        if self.consents and words:
            for place, status in zip(words, self.consents.write(list(words.values()), at=at), strict=True):
                if status == "conflict":
                    outcomes[place] = Outcome("refused", "idempotency-conflict", import_consents.conflict())
                elif status == "created" and outcomes[place].status == "repeated":
                    outcomes[place] = Outcome("updated")
        return outcomes

    def _identify(self, rows: Sequence[PersonFacts], *, at: datetime) -> list[Outcome]:
        """What became of each row. Rows of one person are written as one, so that the same file again changes nothing:
        the first has its outcome, the others repeat it. Where that one is refused, each row stands for itself."""
        groups = same_person.together(rows)
        later = {place: first for first, places in groups.items() for place in places[1:]}
        ones = [place for place in range(len(rows)) if place not in later]
        facts = [
            same_person.as_one(rows[n] for n in groups[place]) if place in groups else rows[place] for place in ones
        ]
        found = dict(zip(ones, people.identify_many(self.program, facts, at=at), strict=True))
        apart = sorted(
            place for first, places in groups.items() if not isinstance(found[first], Saved) for place in places
        )
        if apart:
            again = people.identify_many(self.program, [rows[place] for place in apart], at=at)
            found |= dict(zip(apart, again, strict=True))
        return [_outcome(found[place]) if place in found else Outcome("repeated") for place in range(len(rows))]

    def _by_bare_keys(self, items: Sequence[PersonFacts]) -> Sequence[PersonFacts]:
        """The facts with the key by which an organisation is known already."""
        source, own = self.mapping.source, _of_accounts(self.mapping.source)
        named = {value for facts in items for key, value in (*facts.identities, *filter(None, [facts.account]))
                 if key == own}  # fmt: skip
        bare = set(people.accounts_known(self.program, source, named)) if named else set()
        if not bare:
            return items
        return [
            replace(
                facts,
                identities=(*facts.identities, *((source, value) for key, value in facts.identities
                                                 if key == own and value in bare)),
                account=(source, facts.account[1]) if facts.account and facts.account[0] == own
                and facts.account[1] in bare else facts.account,
            )
            for facts in items
        ]  # fmt: skip


def _outcome(saved: Saved | CustomerError) -> Outcome:
    return Outcome(saved.status) if isinstance(saved, Saved) else Outcome("refused", saved.code, reason(saved))


def _of_accounts(source: str) -> str:
    return f"{source[:52]} account"

"""The terms that a customer's payment record suggests, taken over with the reason that it gives."""

from __future__ import annotations

from dataclasses import dataclass

from model.changes.customers import SetTerms
from model.conflicts import Requested
from model.customers import CreditTerms, terms_on
from model.errors import N_, Refused
from model.money import grouped
from model.payment_record import Suggestion, suggestion_for
from tui.archive.words import term_words
from tui.locale import _
from tui.session import Session
from tui.suggestion_words import suggestion_reason


@dataclass(frozen=True)
class SuggestedTerms:
    """What is suggested, and what holds."""

    customer: bytes
    suggestion: Suggestion
    held: CreditTerms

    @property
    def reason(self) -> str:
        """Why it is suggested, translated."""
        return suggestion_reason(self.suggestion)

    @property
    def question(self) -> str:
        """Translated: whether it shall hold."""
        return _("Set {term}, limit {limit}, as suggested?").format(
            term=term_words(self.suggestion.days, self.held.credit_from), limit=grouped(self.suggestion.limit)
        )


def suggested_terms(session: Session, customer: bytes) -> SuggestedTerms:
    """What is suggested for a customer; in a thread, with the store in use.

    Raises:
        Refused: the customer has these terms, or only its card is on this laptop.
    """
    day = session.today()
    found = SuggestedTerms(customer, suggestion_for(customer, day), terms_on(customer, day))
    held = found.held
    if held.until is None and (held.credit_days, held.credit_limit) == (found.suggestion.days, found.suggestion.limit):
        raise Refused(N_("The terms are as suggested already."))
    return found


def take_over(session: Session, suggested: SuggestedTerms) -> Requested | bool:
    """Set the suggested terms from today on, or ask the office to; in a thread, with the store in use."""
    args = SetTerms(
        customer=suggested.customer, from_date=session.today(), credit_days=suggested.suggestion.days,
        credit_from=None, credit_limit=suggested.suggestion.limit, reason=suggested.reason,
    )  # fmt: skip
    outcome = session.record(args)
    return outcome if isinstance(outcome, Requested) else True

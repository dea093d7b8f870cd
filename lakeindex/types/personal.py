"""Personal data as it is named: which kind of it the values of a column are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lakeindex.types.lake import TableId


class PersonalKind(StrEnum):
    """A kind of personal data that values show by their form, most by a check digit; the last ones with their name."""

    EMAIL = "email"
    PHONE = "phone"
    IBAN = "iban"
    PAYMENT_CARD = "payment_card"
    NATIONAL_ID = "national_id"
    IP_ADDRESS = "ip_address"
    MAC_ADDRESS = "mac_address"
    BIRTH_DATE = "birth_date"
    PERSON_NAME = "person_name"
    LICENCE_PLATE = "licence_plate"
    POSTAL_ADDRESS = "postal_address"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What the values of a column are, and which share of those that were looked at."""

    kind: PersonalKind
    share: float


@dataclass(frozen=True, slots=True)
class PersonalColumn:
    """A column of the lake that looks like personal data."""

    table: TableId
    column: str
    kind: PersonalKind
    share: float
    """Of its distinct values, as far as they were looked at."""

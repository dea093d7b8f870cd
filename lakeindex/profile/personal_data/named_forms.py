"""Personal data that only a column's name tells, with values that don't contradict: names, addresses, other identities.

Names are compared in lower-case words without accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow.compute as pc

from lakeindex.arrays.aliases import Flags, Integers, Texts
from lakeindex.profile.column_profile import ColumnProfile
from lakeindex.profile.sampled_texts import SampledTexts
from lakeindex.types.columns import Kind
from lakeindex.types.personal import PersonalData, PersonalKind

PHONE_NAME = re.compile(
    r"\b(?:contact (?:number|no)|(?:tele)?(?:phone|fon|fono|foon|fone)s?(?:nummer|number|nr|no)?|tel|tlf"
    r"|mobile|mobil(?:nummer|telefon)?|cell|cellular|cellphone|fax(?:nummer)?|handy(?:nummer)?|gsm|whatsapp|msisdn|movil|celular|portable|cellulare"
    r"|rufnummer)\b"
)
IDENTITY_NAME = re.compile(
    r"^idnr$"
    r"|\b(?:ssn|social (?:security|insurance)|nino|ni (?:number|no)|national (?:insurance|id)|dni|nie"
    r"|nif|nir|num secu|pesel|cpf|bsn(?:nummer)?|burgerservicenummer|personnummer|hetu|aadhaa?r|curp|rfc|nip"
    r"|utr|itin|tin|sin|pan|steuer ?(?:id|nr|nummer)|steueridentifikationsnummer|sozialversicherungsnummer"
    r"|tax ?(?:payer)? (?:id|no|number|reference|file number)|taxpayer id|numero fiscal|spi|cod(?:ice)? fiscale"
    r"|pass(?:port|eport|aporte|aporto|nummer|nr)|paspoort(?:nummer)?|pasaporte|paszport(?:u)?|reisepass(?:nr|nummer)?"
    r"|identity|id card|personalausweis(?:nummer)?|carte (?:nationale )?(?:d )?identite|cedula|sofi|voter id"
    r"|driv(?:er|ers|ing) ?s? licen[cs]e|fuhrerschein(?:nummer)?|permis (?:de )?conduire"
    r"|nhs (?:no|number))\b"
)
_PLATE_NAME = re.compile(
    r"\b(?:licen[cs]e ?plate|number ?plate|plate (?:no|number)|kennzeichen|immatriculation|vehicle registration)\b"
)
_FULL_NAME = re.compile(r"\bfull ?name\b")
_ANY_NAME = re.compile(r"^(?:name|nome|nom|nombre|naam)$")
_OF_PEOPLE = (PersonalKind.BIRTH_DATE, PersonalKind.NATIONAL_ID, PersonalKind.PAYMENT_CARD)
"""What a table of people has, but hardly one of companies or places."""
BIRTH_NAME = re.compile(
    r"\b(?:birth ?(?:date|day|dt)?s?|date of birth|dob|d o b|bday|born|geboren|geburts\w*|geb ?datum|naissance"
    r"|nacimiento|fecha (?:de )?nac|nascita|nascimento|(?:data|dt) (?:de )?nasc|geboorte\w*|fodsels\w*|urodzenia)\b"
)
_PERSON_NAME = re.compile(
    r"\b(?:(?:first|last|given|family|middle|maiden|christian|patient|customer|employee|student|passenger|guest"
    r"|cardholder|account holder) ?names?|account holder|card ?holder|surnames?|forenames?"
    r"|fname|lname"
    r"|vornamen?|nachnamen?|familiennamen?|(?:nom|nombre|nome) (?:de )?(?:famille|completo|cognome)"
    r"|prenoms?|apellidos?|sobrenome|cognome|voornaam|achternaam|nazwisko|imie)\b"
)
_ADDRESS_NAME = re.compile(
    r"\b(?:address|address ?(?:line ?)?\d|addr|street|adresse|anschrift|strasse|rue|calle|direccion|domicilio|endereco"
    r"|logradouro|indirizzo|adres|straat|ulica)\b"
)
_NO_ADDRESS = re.compile(
    r"\b(?:ip|mac|e ?mail|mail|web|url|site|type|ids?|count|hash|wallet|family|memory|bin|code|city)\b"
)
_NO_IDENTITY = re.compile(r"\b(?:vat|company|supplier|vendor|type|count|country|date|status|name|code|expiry|issued)\b")
NO_BIRTH = re.compile(r"\b(?:place|city|country|year|rate|weight|order|count|month)\b")
_NO_PERSON = re.compile(r"\b(?:length|count|initials?|file|city|product|company)\b")
_WORDS = r"^\p{L}[\p{L}\p{M}'’.,\- ]{0,59}$"
_STREET = r"\p{L}{3,}.*\s.*\d|\d.*\s.*\p{L}{3,}|\p{L}{3,}.*,\s*\d"
_TWO_WORDS = r"^\p{L}[\p{L}\p{M}'’.,\-]*(?: \p{L}[\p{L}\p{M}'’.,\-]*){1,4}$"
_YEAR = r"\b(?:1[89]|20)\d\d"
_PLATE = r"^[A-Z\d]{1,4}(?:[ \-·:]?[A-Z\d]{1,5}){1,3}$"
_NUMBER = r"^(?:[A-Z]{0,6}[ ./-]?)?(?:\d[ ./-]?[A-Z]{0,3}[ ./-]?){4,18}(?:\(?[A-Z\d]{1,3}\)?)?$"


@dataclass(frozen=True, slots=True)
class _NamedForm:
    """What columns of a name hold, where their values are written so."""

    kind: PersonalKind
    name: re.Pattern[str]
    other_names: re.Pattern[str]
    """Names that mean something else."""
    values: str
    """What is in most values, as RE2 reads it; of any case."""
    least_share: float
    kinds: tuple[Kind, ...] = (Kind.TEXT,)


_NAMED_FORMS = (
    _NamedForm(PersonalKind.NATIONAL_ID, IDENTITY_NAME, _NO_IDENTITY, _NUMBER, 0.9, (Kind.TEXT, Kind.INTEGER)),
    _NamedForm(PersonalKind.PERSON_NAME, _PERSON_NAME, _NO_PERSON, _WORDS, 0.9),
    _NamedForm(PersonalKind.PERSON_NAME, _FULL_NAME, _NO_PERSON, _TWO_WORDS, 0.9),
    _NamedForm(PersonalKind.BIRTH_DATE, BIRTH_NAME, NO_BIRTH, _YEAR, 0.9, (Kind.TEXT, Kind.INTEGER)),
    _NamedForm(PersonalKind.LICENCE_PLATE, _PLATE_NAME, _NO_IDENTITY, _PLATE, 0.9),
    _NamedForm(PersonalKind.POSTAL_ADDRESS, _ADDRESS_NAME, _NO_ADDRESS, _STREET, 0.5),
)

_NAME_OF_PEOPLE = _NamedForm(PersonalKind.PERSON_NAME, _ANY_NAME, _NO_PERSON, _TWO_WORDS, 0.9)


def plain_words(words: str) -> str:
    """Return the words of a name without accents."""
    decomposed = unicodedata.normalize("NFKD", words.replace("ß", "ss").replace("ł", "l").replace("ø", "o"))
    return "".join(one for one in decomposed if not unicodedata.combining(one))


def find_by_names(
    words: Sequence[str], profiles: Sequence[ColumnProfile], of_table: Collection[PersonalKind]
) -> dict[int, PersonalData]:
    """Return what personal data columns hold by their names, in plain words, by place; a name alone is not enough.

    `of_table` are the kinds that the values of other columns of their table show.
    """
    found: dict[int, PersonalData] = {}
    for form in _NAMED_FORMS:
        _find(form, words, profiles, found)
    if {*of_table, *(one.kind for one in found.values())} & set(_OF_PEOPLE):
        _find(_NAME_OF_PEOPLE, words, profiles, found)
    return found


def _find(
    form: _NamedForm, words: Sequence[str], profiles: Sequence[ColumnProfile], found: dict[int, PersonalData]
) -> None:
    """Add the columns of a form to those that were found."""
    asked = [place for place, name in enumerate(words) if place not in found and _is_meant(form, name)]
    asked = [place for place in asked if profiles[place].kind in form.kinds]
    if not asked:
        return
    for place, share in zip(asked, _shares([profiles[place] for place in asked], form.values), strict=True):
        if share >= form.least_share:
            found[place] = PersonalData(form.kind, round(share, 4))


def _is_meant(form: _NamedForm, name: str) -> bool:
    return bool(form.name.search(name)) and not form.other_names.search(name)


def _shares(profiles: Sequence[ColumnProfile], pattern: str) -> list[float]:
    """Return which share of the sampled values of each column matches."""
    sampled = [profile.texts for profile in profiles]
    owners: Integers = np.repeat(np.arange(len(profiles)), list(map(len, sampled)))
    texts = SampledTexts.joined(sampled).texts
    matching = np.bincount(owners[_matches(texts, pattern)], minlength=len(profiles))
    total = np.bincount(owners, minlength=len(profiles))
    shares: list[float] = (matching / np.maximum(total, 1)).tolist()
    return shares


def _matches(texts: Texts, pattern: str) -> Flags:
    trimmed = pc.utf8_trim_whitespace(texts)
    return np.asarray(
        pc.match_substring_regex(trimmed, pattern, ignore_case=True).to_numpy(zero_copy_only=False), dtype=bool
    )

"""Make columns of personal data of twelve kinds in the formats of several countries, and columns that look like it."""

from __future__ import annotations

import random
from collections.abc import Mapping

from personal_numbers import ANYWHERE, NATIONAL_IDS, TAX_IDS, Maker, filled
from schwifty import IBAN

TUNED_ON, MEASURED_ON = ("US", "DE", "BR", "IN", "GB", "FR"), ("ES", "IT", "NL", "PL", "CA", "MX")
"""Forms were chosen by looking at the former; the latter show what that is worth elsewhere."""
KINDS = (
    "email",
    "phone",
    "iban",
    "payment card",
    "national id",
    "tax id",
    "passport",
    "ip address",
    "mac address",
    "birth date",
    "person name",
    "postal address",
)

_PHONES = {
    "US": ("(2##) 3##-####", "415-5##-####", "+1 212 5## ####"),
    "GB": ("020 7### ####", "07### ######", "+44 20 7### ####"),
    "DE": ("030 #######", "0171/#######", "+49 89 #######"),
    "FR": ("01 ## ## ## ##", "06.##.##.##.##", "+33 6 ## ## ## ##"),
    "IN": ("98### #####", "022-2#######", "+91 98### #####"),
    "BR": ("(11) 9####-####", "(21) 3###-####", "+55 11 9####-####"),
    "ES": ("91# ## ## ##", "6## ### ###", "+34 6## ### ###"),
    "IT": ("06 #######", "347 #######", "+39 347 #######"),
    "NL": ("020-#######", "06-########", "+31 6 ########"),
    "PL": ("22 ### ## ##", "6## ### ###", "+48 6## ### ###"),
    "CA": ("(416) 2##-####", "514-3##-####", "+1 604 2## ####"),
    "MX": ("55 #### ####", "(33) #### ####", "+52 55 #### ####"),
}
_PASSPORTS = {
    "US": "4########",
    "GB": "5########",
    "DE": "C01X####@",
    "FR": "1#@@#####",
    "IN": "M#######",
    "BR": "F@######",
    "ES": "@@@######",
    "IT": "Y@#######",
    "NL": "N@#######",
    "PL": "E@#######",
    "CA": "G@######",
    "MX": "G########",
}
_STREETS = {
    "US": "{n} {w} Street",
    "GB": "{n} {w} Road",
    "DE": "{w}straße {n}",
    "FR": "{n} rue de {w}",
    "IN": "{n}, {w} Nagar",
    "BR": "Rua {w}, {n}",
    "ES": "Calle {w}, {n}",
    "IT": "Via {w} {n}",
    "NL": "{w}straat {n}",
    "PL": "ul. {w} {n}",
    "CA": "{n} {w} Avenue",
    "MX": "Av. {w} {n}",
}
_DATES = {"US": "{m:02}/{d:02}/{y}", "DE": "{d:02}.{m:02}.{y}", "PL": "{y}-{m:02}-{d:02}", "CA": "{y}-{m:02}-{d:02}"}
_NAMES = {
    "US": "James Mary Robert Linda|Smith Johnson Brown Davis",
    "GB": "Oliver Amelia Jack Isla|Taylor Evans Walker Hughes",
    "DE": "Jürgen Anna Lukas Käthe|Müller Schmidt Weiß Becker",
    "FR": "Léa Hugo Chloé René|Dubois Moreau Lefèvre Roux",
    "IN": "Aarav Priya Rohan Ananya|Sharma Patel Reddy Iyer",
    "BR": "João Ana Luís Júlia|Silva Souza Araújo Lima",
    "ES": "José Lucía Íñigo Carmen|García López Núñez Ruiz",
    "IT": "Luca Giulia Niccolò Sara|Rossi D'Angelo Conti Greco",
    "NL": "Daan Emma Sem Noor|de Vries Jansen Bakker Visser",
    "PL": "Łukasz Zofia Paweł Maja|Nowak Wójcik Zając Król",
    "CA": "Liam Noah Zoé Olivia|Tremblay Roy Martin Gagnon",
    "MX": "Sofía Diego Ximena Iván|Hernández Cruz Flores Reyes",
}
_HEADERS: Mapping[str, Mapping[str, str]] = {
    "phone": {
        "": "phone|mobile_number|contact_phone",
        "DE": "Telefon|Handynummer",
        "FR": "téléphone|tel_portable",
        "BR": "telefone|celular",
        "ES": "teléfono|móvil",
        "IT": "telefono|cellulare",
        "NL": "telefoonnummer",
        "PL": "telefon|numer_telefonu",
        "MX": "teléfono|celular",
    },
    "national id": {
        "US": "ssn|social_security_number",
        "GB": "nino|ni_number",
        "DE": "steuer_id|IdNr",
        "FR": "nir|num_secu",
        "IN": "aadhaar_no|aadhaar",
        "BR": "cpf|CPF_cliente",
        "ES": "dni|nif",
        "IT": "codice_fiscale",
        "NL": "bsn",
        "PL": "pesel",
        "CA": "sin|social_insurance_number",
        "MX": "curp",
    },
    "tax id": {
        "US": "itin|taxpayer_id",
        "GB": "utr|tax_reference",
        "DE": "steuernummer|tax_id",
        "FR": "numero_fiscal|spi",
        "IN": "pan|pan_number",
        "BR": "cpf_titular|cpf",
        "ES": "nie|nif",
        "IT": "cod_fiscale",
        "NL": "bsn_nummer",
        "PL": "nip|tax_id",
        "CA": "tax_id|sin",
        "MX": "rfc",
    },
    "passport": {
        "": "passport_no|passport|passport_number",
        "DE": "reisepass_nr|passnummer",
        "FR": "passeport|num_passeport",
        "BR": "passaporte",
        "ES": "pasaporte",
        "MX": "pasaporte",
        "IT": "passaporto",
        "NL": "paspoortnummer",
        "PL": "paszport|nr_paszportu",
    },
    "birth date": {
        "": "dob|birth_date|date_of_birth",
        "DE": "geburtsdatum|Geburtstag",
        "FR": "date_naissance",
        "BR": "data_nascimento",
        "ES": "fecha_nacimiento",
        "MX": "fecha_nac|fecha_nacimiento",
        "IT": "data_nascita",
        "NL": "geboortedatum",
        "PL": "data_urodzenia",
    },
    "person name": {
        "": "full_name|customer_name|last_name|first_name",
        "DE": "Nachname|vorname",
        "FR": "nom_famille|prénom",
        "BR": "sobrenome|nome_completo",
        "ES": "apellidos|nombre_completo",
        "MX": "apellido_paterno|apellidos",
        "IT": "cognome|nome_cognome",
        "NL": "achternaam|voornaam",
        "PL": "nazwisko|imię",
    },
    "postal address": {
        "": "address|street_address|home_address",
        "DE": "Straße|anschrift",
        "FR": "adresse|rue",
        "BR": "endereço|logradouro",
        "ES": "dirección|calle",
        "MX": "domicilio|dirección",
        "IT": "indirizzo",
        "NL": "adres|straat",
        "PL": "adres|ulica",
    },
    "email": {"": "email|e_mail|contact"},
    "iban": {"": "iban|account"},
    "payment card": {"": "card_number|cc|pan"},
    "ip address": {"": "ip|client_ip|src_addr"},
    "mac address": {"": "mac|mac_address|device"},
}
_SHOWN_BY_VALUES = ("email", "iban", "payment card", "ip address", "mac address", "national id")
"""Kinds that are given a header which says nothing every third time."""


def personal_column(kind: str, country: str, rng: random.Random, rows: int = 60) -> tuple[str, list[str]]:
    """Return the header and the values of a column of personal data of one country."""
    headers = _HEADERS[kind].get(country) or _HEADERS[kind][""]
    is_mute = kind in _SHOWN_BY_VALUES and rng.random() < 1 / 3
    header = rng.choice(["value", "field_7", "data"]) if is_mute else rng.choice(headers.split("|"))
    make = _maker(kind, country, rng)
    return header, [make(rng) for _ in range(rows)]


def _maker(kind: str, country: str, rng: random.Random) -> Maker:
    if kind == "phone":
        form = rng.choice(_PHONES[country])
        return lambda draw: filled(form, draw)
    if kind == "national id":
        return NATIONAL_IDS[country]
    if kind == "tax id":
        return TAX_IDS[country]
    if kind in ("person name", "postal address", "birth date", "passport", "iban"):
        made = {
            "person name": _name,
            "postal address": _address,
            "birth date": _birth,
            "passport": _passport,
            "iban": _iban,
        }
        return lambda draw: made[kind](country, draw)
    return ANYWHERE[kind]


def _name(country: str, rng: random.Random) -> str:
    first, last = _NAMES[country].split("|")
    return f"{rng.choice(first.split())} {rng.choice(last.split())}"


def _address(country: str, rng: random.Random) -> str:
    words = ["Linden", "Haupt", "Central", "Rosario", "Verdi", "Park", "Mozart", "Gandhi", "Nova", "Station"]
    return _STREETS[country].format(n=rng.randrange(1, 300), w=rng.choice(words))


def _birth(country: str, rng: random.Random) -> str:
    form = _DATES.get(country, "{d:02}/{m:02}/{y}")
    return form.format(d=rng.randrange(1, 29), m=rng.randrange(1, 13), y=rng.randrange(1940, 2006))


def _passport(country: str, rng: random.Random) -> str:
    return filled(_PASSPORTS[country], rng)


def _iban(country: str, rng: random.Random) -> str:
    """Return an IBAN; countries that have none use those of partners abroad."""
    abroad = {"US": "DE", "CA": "FR", "IN": "AE", "MX": "ES"}
    return str(IBAN.random(country_code=abroad.get(country, country), random=rng).formatted)

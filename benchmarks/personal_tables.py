"""Make columns of personal data of twelve kinds in the formats of several countries, and columns that look like it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from schwifty import IBAN

TUNED_ON, MEASURED_ON = ("US", "DE", "BR", "IN", "GB", "FR"), ("ES", "IT", "NL", "PL", "CA", "MX")
"""Forms were chosen by looking at the former; the latter show what that is worth elsewhere."""
KINDS = (
    "email", "phone", "iban", "payment card", "national id", "tax id", "passport", "ip address", "mac address",
    "birth date", "person name", "postal address",
)  # fmt: skip
Maker = Callable[[random.Random], str]

_PHONES = {
    "US": ("(2##) 3##-####", "415-5##-####", "+1 212 5## ####"), "GB": ("020 7### ####", "07### ######", "+44 20 7### ####"),
    "DE": ("030 #######", "0171/#######", "+49 89 #######"), "FR": ("01 ## ## ## ##", "06.##.##.##.##", "+33 6 ## ## ## ##"),
    "IN": ("98### #####", "022-2#######", "+91 98### #####"), "BR": ("(11) 9####-####", "(21) 3###-####", "+55 11 9####-####"),
    "ES": ("91# ## ## ##", "6## ### ###", "+34 6## ### ###"), "IT": ("06 #######", "347 #######", "+39 347 #######"),
    "NL": ("020-#######", "06-########", "+31 6 ########"), "PL": ("22 ### ## ##", "6## ### ###", "+48 6## ### ###"),
    "CA": ("(416) 2##-####", "514-3##-####", "+1 604 2## ####"), "MX": ("55 #### ####", "(33) #### ####", "+52 55 #### ####"),
}  # fmt: skip
_PASSPORTS = {
    "US": "4########", "GB": "5########", "DE": "C01X####@", "FR": "1#@@#####", "IN": "M#######", "BR": "F@######",
    "ES": "@@@######", "IT": "Y@#######", "NL": "N@#######", "PL": "E@#######", "CA": "G@######", "MX": "G########",
}  # fmt: skip
_STREETS = {
    "US": "{n} {w} Street", "GB": "{n} {w} Road", "DE": "{w}straße {n}", "FR": "{n} rue de {w}", "IN": "{n}, {w} Nagar",
    "BR": "Rua {w}, {n}", "ES": "Calle {w}, {n}", "IT": "Via {w} {n}", "NL": "{w}straat {n}", "PL": "ul. {w} {n}",
    "CA": "{n} {w} Avenue", "MX": "Av. {w} {n}",
}  # fmt: skip
_DATES = {"US": "{m:02}/{d:02}/{y}", "DE": "{d:02}.{m:02}.{y}", "PL": "{y}-{m:02}-{d:02}", "CA": "{y}-{m:02}-{d:02}"}
_NAMES = {
    "US": "James Mary Robert Linda|Smith Johnson Brown Davis", "GB": "Oliver Amelia Jack Isla|Taylor Evans Walker Hughes",
    "DE": "Jürgen Anna Lukas Käthe|Müller Schmidt Weiß Becker", "FR": "Léa Hugo Chloé René|Dubois Moreau Lefèvre Roux",
    "IN": "Aarav Priya Rohan Ananya|Sharma Patel Reddy Iyer", "BR": "João Ana Luís Júlia|Silva Souza Araújo Lima",
    "ES": "José Lucía Íñigo Carmen|García López Núñez Ruiz", "IT": "Luca Giulia Niccolò Sara|Rossi D'Angelo Conti Greco",
    "NL": "Daan Emma Sem Noor|de Vries Jansen Bakker Visser", "PL": "Łukasz Zofia Paweł Maja|Nowak Wójcik Zając Król",
    "CA": "Liam Noah Zoé Olivia|Tremblay Roy Martin Gagnon", "MX": "Sofía Diego Ximena Iván|Hernández Cruz Flores Reyes",
}  # fmt: skip
_HEADERS: Mapping[str, Mapping[str, str]] = {
    "phone": {"": "phone|mobile_number|contact_phone", "DE": "Telefon|Handynummer", "FR": "téléphone|tel_portable",
              "BR": "telefone|celular", "ES": "teléfono|móvil", "IT": "telefono|cellulare", "NL": "telefoonnummer",
              "PL": "telefon|numer_telefonu", "MX": "teléfono|celular"},
    "national id": {"US": "ssn|social_security_number", "GB": "nino|ni_number", "DE": "steuer_id|IdNr", "FR": "nir|num_secu",
                    "IN": "aadhaar_no|aadhaar", "BR": "cpf|CPF_cliente", "ES": "dni|nif", "IT": "codice_fiscale", "NL": "bsn",
                    "PL": "pesel", "CA": "sin|social_insurance_number", "MX": "curp"},
    "tax id": {"US": "itin|taxpayer_id", "GB": "utr|tax_reference", "DE": "steuernummer|tax_id", "FR": "numero_fiscal|spi",
               "IN": "pan|pan_number", "BR": "cpf_titular|cpf", "ES": "nie|nif", "IT": "cod_fiscale", "NL": "bsn_nummer",
               "PL": "nip|tax_id", "CA": "tax_id|sin", "MX": "rfc"},
    "passport": {"": "passport_no|passport|passport_number", "DE": "reisepass_nr|passnummer", "FR": "passeport|num_passeport",
                 "BR": "passaporte", "ES": "pasaporte", "MX": "pasaporte", "IT": "passaporto", "NL": "paspoortnummer",
                 "PL": "paszport|nr_paszportu"},
    "birth date": {"": "dob|birth_date|date_of_birth", "DE": "geburtsdatum|Geburtstag", "FR": "date_naissance",
                   "BR": "data_nascimento", "ES": "fecha_nacimiento", "MX": "fecha_nac|fecha_nacimiento", "IT": "data_nascita",
                   "NL": "geboortedatum", "PL": "data_urodzenia"},
    "person name": {"": "full_name|customer_name|last_name|first_name", "DE": "Nachname|vorname", "FR": "nom_famille|prénom",
                    "BR": "sobrenome|nome_completo", "ES": "apellidos|nombre_completo", "MX": "apellido_paterno|apellidos",
                    "IT": "cognome|nome_cognome", "NL": "achternaam|voornaam", "PL": "nazwisko|imię"},
    "postal address": {"": "address|street_address|home_address", "DE": "Straße|anschrift", "FR": "adresse|rue",
                       "BR": "endereço|logradouro", "ES": "dirección|calle", "MX": "domicilio|dirección", "IT": "indirizzo",
                       "NL": "adres|straat", "PL": "adres|ulica"},
    "email": {"": "email|e_mail|contact"}, "iban": {"": "iban|account"}, "payment card": {"": "card_number|cc|pan"},
    "ip address": {"": "ip|client_ip|src_addr"}, "mac address": {"": "mac|mac_address|device"},
}  # fmt: skip
_SHOWN_BY_VALUES = ("email", "iban", "payment card", "ip address", "mac address", "national id")
"""Kinds that are given a header which says nothing every third time."""


def personal_column(kind: str, country: str, rng: random.Random, rows: int = 60) -> tuple[str, list[str]]:
    """Return the header and the values of a column of personal data of one country."""
    headers = _HEADERS[kind].get(country) or _HEADERS[kind][""]
    is_mute = kind in _SHOWN_BY_VALUES and rng.random() < 1 / 3
    header = rng.choice(["value", "field_7", "data"]) if is_mute else rng.choice(headers.split("|"))
    make = _maker(kind, country, rng)
    return header, [make(rng) for _ in range(rows)]


def filled(form: str, rng: random.Random) -> str:
    """Fill a form: `#` is a digit, `@` a capital."""
    drawn = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return "".join(rng.choice(drawn[sign]) if sign in drawn else sign for sign in form)


def _maker(kind: str, country: str, rng: random.Random) -> Maker:
    if kind == "phone":
        form = rng.choice(_PHONES[country])
        return lambda draw: filled(form, draw)
    if kind == "national id":
        return _NATIONAL[country]
    if kind == "tax id":
        return _TAX[country]
    if kind in ("person name", "postal address", "birth date", "passport", "iban"):
        made = {
            "person name": _name,
            "postal address": _address,
            "birth date": _birth,
            "passport": _passport,
            "iban": _iban,
        }
        return lambda draw: made[kind](country, draw)
    return _ANYWHERE[kind]


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


def luhn(digits: str) -> str:
    """Return digits with their Luhn digit."""
    doubled = [int(one) * (2 - place % 2) for place, one in enumerate(reversed(digits))]
    return digits + str(-sum(one - 9 if one > 9 else one for one in doubled) % 10)


def _cpf(rng: random.Random) -> str:
    digits = filled("#########", rng)
    for start in (10, 11):
        digits += str(sum((start - place) * int(one) for place, one in enumerate(digits)) * 10 % 11 % 10)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def _hybrid(rng: random.Random) -> str:
    digits, product = rng.choice("123456789") + filled("#########", rng), 10
    for one in digits:
        product = 2 * ((int(one) + product) % 10 or 10) % 11
    return digits + str((11 - product) % 10)


def _nir(rng: random.Random) -> str:
    number = f"{rng.choice('12')}{rng.randrange(50, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 95):02}{filled('######', rng)}"
    return f"{number}{97 - int(number) % 97:02}"


def verhoeff(digits: str) -> str:
    """Return digits with their digit by Verhoeff."""
    tables = [[(i + j) % 5 if i < 5 and j < 5 else 0 for j in range(10)] for i in range(10)]
    for i in range(10):
        for j in range(10):
            a, b = i % 5, j % 5
            tables[i][j] = (
                (a + b) % 5
                if i < 5 and j < 5
                else (a + b) % 5 + 5
                if i < 5
                else (a - b) % 5 + 5
                if j < 5
                else (a - b) % 5
            )
    first = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
    powers = [list(range(10))]
    for _ in range(7):
        powers.append([first[one] for one in powers[-1]])
    check = 0
    for place, one in enumerate(reversed(digits), 1):
        check = tables[check][powers[place % 8][int(one)]]
    return digits + str(next(one for one in range(10) if tables[check][one] == 0))


def _aadhaar(rng: random.Random) -> str:
    number = verhoeff(rng.choice("23456789") + filled("##########", rng))
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _dni(rng: random.Random) -> str:
    number = rng.randrange(10**7, 10**8)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def _nie(rng: random.Random) -> str:
    number = rng.randrange(10**7)
    return f"X{number:07}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def _fiscal(rng: random.Random) -> str:
    odd = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]
    text = f"{filled('@@@@@@##', rng)}{rng.choice('ABCDEHLMPRST')}{rng.randrange(1, 29):02}{filled('@###', rng)}"
    values = [int(one) if one.isdigit() else ord(one) - 65 for one in text]
    return text + chr(65 + (sum(odd[one] for one in values[::2]) + sum(values[1::2])) % 26)


def _weighed(form: str, weights: tuple[int, ...], modulus: int) -> Maker:
    def make(rng: random.Random) -> str:
        while True:
            digits = filled(form, rng)
            check = sum(weight * int(one) for weight, one in zip(weights, digits, strict=True)) % modulus
            if check < 10:
                return f"{digits}{check}"

    return make


def _pesel(rng: random.Random) -> str:
    digits = f"{rng.randrange(40, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}{filled('####', rng)}"
    return f"{digits}{-sum(w * int(one) for w, one in zip((1, 3, 7, 9) * 3, digits, strict=False)) % 10}"


def _curp(rng: random.Random) -> str:
    return f"{filled('@@@@', rng)}{rng.randrange(40, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}H{filled('DF@@@0#', rng)}"


def _sin(rng: random.Random) -> str:
    number = luhn(rng.choice("1234567") + filled("#######", rng))
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def _of(form: str) -> Maker:
    return lambda rng: filled(form, rng)


_BSN = _weighed("########", (9, 8, 7, 6, 5, 4, 3, 2), 11)
_NATIONAL: Mapping[str, Maker] = {
    "US": lambda rng: f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}",
    "GB": _of("AB ## ## ## C"), "DE": _hybrid, "FR": _nir, "IN": _aadhaar, "BR": _cpf, "ES": _dni, "IT": _fiscal,
    "NL": _BSN, "PL": _pesel, "CA": _sin, "MX": _curp,
}  # fmt: skip
_TAX: Mapping[str, Maker] = {
    "US": _of("9##-7#-####"), "GB": _of("##########"), "DE": _of("##/###/#####"), "FR": _of("30 ## ### ### ###"),
    "IN": _of("@@@P@####@"), "BR": _cpf, "ES": _nie, "IT": _fiscal, "NL": _BSN,
    "PL": _weighed("#########", (6, 5, 7, 2, 3, 4, 5, 6, 7), 11), "CA": _sin,
    "MX": lambda rng: f"{filled('@@@@', rng)}{rng.randrange(40, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}{filled('@#@', rng)}",
}  # fmt: skip
_ANYWHERE: Mapping[str, Maker] = {
    "email": lambda rng: f"{filled('@@@@', rng).lower()}.{rng.randrange(99)}@{rng.choice(['mail', 'web', 'post'])}.example.com",
    "payment card": lambda rng: luhn(rng.choice(["4", "51", "6011"]).ljust(4, "2") + filled("###########", rng))
    if rng.random() < 0.7 else luhn("4" + filled("##############", rng)),
    "ip address": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "mac address": lambda rng: ":".join(f"{rng.randrange(256):02X}" for _ in range(6)),
}  # fmt: skip
_LOOK_ALIKES: Mapping[str, Maker] = {
    "order_no": _of("SO-2024-######"), "order_id": _of("10########"), "product_code": _of("@@-####-@"), "sku": _of("@@@######"),
    "created_at": lambda rng: str(1_700_000_000 + rng.randrange(10**6)), "sha1": lambda rng: f"{rng.randrange(16**40):040x}",
    "isbn": _of("978-3-##-######-#"), "ean": _of("400##########"), "price": _of("##.##"), "lat": _of("4#.######"),
    "transaction_id": _of("3###############"), "reference": _of("0###-######"), "version": lambda rng: f"1.{rng.randrange(20)}.{rng.randrange(9)}.{rng.randrange(9)}",
    "delivered": lambda rng: f"20{rng.randrange(10, 24)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}", "city_name": lambda rng: rng.choice(["Berlin", "Lyon", "Pune", "Porto"]),
    "product_name": lambda rng: rng.choice(["Oak table", "Desk lamp", "Red chair", "Wall clock"]), "file_name": _of("scan_####.pdf"),
    "web_address": _of("https://example.org/####"), "invoice": _of("##########"), "uuid": lambda rng: f"{rng.randrange(16**8):08x}-{rng.randrange(16**4):04x}-4{rng.randrange(16**3):03x}",
    "company_name": lambda rng: rng.choice(["Acme Inc", "Nord GmbH", "Sol SA"]), "score": _of("###"), "postcode": _of("#####"),
    "bin_address": _of("A-##-##"), "amount": _of("#######.##"), "station_id": _of("#########"), "doi": _of("10.1000/####"), "time": _of("1#:3#:2#"),
    "column_name": lambda rng: rng.choice(["id", "price", "town"]), "birth_year": _of("19##"), "phone_model": _of("X## Pro"), "password_age_days": _of("##"),
    "email_count": _of("##"), "card_type": lambda rng: rng.choice(["visa", "amex", "maestro"]), "batch": _of("8##########"), "serial": _of("#########"),
    "address_type": lambda rng: rng.choice(["home", "work"]), "tracking": _of("1Z@@########"),
}  # fmt: skip


def look_alike_columns(rng: random.Random, rows: int = 60) -> dict[str, list[str]]:
    """Return columns by header that look like personal data and are none."""
    return {header: [make(rng) for _ in range(rows)] for header, make in _LOOK_ALIKES.items()}

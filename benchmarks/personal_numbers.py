"""Numbers and addresses of people, with the check digits that they have: of nobody."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

Maker = Callable[[random.Random], str]


def filled(form: str, rng: random.Random) -> str:
    """Fill a form: `#` is a digit, `@` a capital."""
    drawn = {"#": "0123456789", "@": "ABCDEFGHJKLMNPRSTUVWXYZ"}
    return "".join(rng.choice(drawn[sign]) if sign in drawn else sign for sign in form)


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


def _day(rng: random.Random) -> str:
    return f"{rng.randrange(40, 99)}{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}"


def _nir(rng: random.Random) -> str:
    born = f"{rng.choice('12')}{rng.randrange(50, 99)}{rng.randrange(1, 13):02}"
    number = f"{born}{rng.randrange(1, 95):02}{filled('######', rng)}"
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
    digits = f"{_day(rng)}{filled('####', rng)}"
    return f"{digits}{-sum(w * int(one) for w, one in zip((1, 3, 7, 9) * 3, digits, strict=False)) % 10}"


def _curp(rng: random.Random) -> str:
    return f"{filled('@@@@', rng)}{_day(rng)}H{filled('DF@@@0#', rng)}"


def _sin(rng: random.Random) -> str:
    number = luhn(rng.choice("1234567") + filled("#######", rng))
    return f"{number[:3]}-{number[3:6]}-{number[6:]}"


def form_of(form: str) -> Maker:
    return lambda rng: filled(form, rng)


_BSN = _weighed("########", (9, 8, 7, 6, 5, 4, 3, 2), 11)
NATIONAL_IDS: Mapping[str, Maker] = {
    "US": lambda rng: f"{rng.randrange(100, 600)}-{rng.randrange(10, 99)}-{rng.randrange(1000, 9999)}",
    "GB": form_of("AB ## ## ## C"),
    "DE": _hybrid,
    "FR": _nir,
    "IN": _aadhaar,
    "BR": _cpf,
    "ES": _dni,
    "IT": _fiscal,
    "NL": _BSN,
    "PL": _pesel,
    "CA": _sin,
    "MX": _curp,
}
TAX_IDS: Mapping[str, Maker] = {
    "US": form_of("9##-7#-####"),
    "GB": form_of("##########"),
    "DE": form_of("##/###/#####"),
    "FR": form_of("30 ## ### ### ###"),
    "IN": form_of("@@@P@####@"),
    "BR": _cpf,
    "ES": _nie,
    "IT": _fiscal,
    "NL": _BSN,
    "PL": _weighed("#########", (6, 5, 7, 2, 3, 4, 5, 6, 7), 11),
    "CA": _sin,
    "MX": lambda rng: f"{filled('@@@@', rng)}{_day(rng)}{filled('@#@', rng)}",
}
ANYWHERE: Mapping[str, Maker] = {
    "email": lambda rng: (
        f"{filled('@@@@', rng).lower()}.{rng.randrange(99)}@{rng.choice(['mail', 'web', 'post'])}.example.com"
    ),
    "payment card": lambda rng: (
        luhn(rng.choice(["4", "51", "6011"]).ljust(4, "2") + filled("###########", rng))
        if rng.random() < 0.7
        else luhn("4" + filled("##############", rng))
    ),
    "ip address": lambda rng: ".".join(str(rng.randrange(1, 255)) for _ in range(4)),
    "mac address": lambda rng: ":".join(f"{rng.randrange(256):02X}" for _ in range(6)),
}

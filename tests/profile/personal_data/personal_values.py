"""Made-up personal data: values that are right in form and check digits, of nobody."""

from __future__ import annotations

import random

_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"


def with_luhn(digits: str) -> str:
    return next(f"{digits}{last}" for last in range(10) if _luhn(f"{digits}{last}") % 10 == 0)


def _luhn(digits: str) -> int:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(one - 9 if one > 9 else one for one in doubled)


def iban(country: str, account: str) -> str:
    number = int("".join(str(int(one, 36)) for one in f"{account}{country}00"))
    return f"{country}{98 - number % 97:02d}{account}"


def in_fours(text: str, between: str) -> str:
    return between.join(text[at : at + 4] for at in range(0, len(text), 4))


def pesel(digits: str) -> str:
    total = sum(weight * int(digit) for weight, digit in zip((1, 3, 7, 9) * 3, digits, strict=False))
    return f"{digits}{-total % 10}"


def cpf(digits: str) -> str:
    for start in (10, 11):
        total = sum((start - place) * int(digit) for place, digit in enumerate(digits))
        digits += str(total * 10 % 11 % 10)
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def resident(digits: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    remainder = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
    return digits + "10X98765432"[remainder]


def columns(seed: int = 7, rows: int = 20) -> dict[str, list[str]]:
    """Return columns of personal data, by the kind that they are of and a number."""
    rng = random.Random(seed)

    def draw(digits: int) -> str:
        return str(rng.randrange(10 ** (digits - 1), 10**digits))

    def number(low: int, high: int) -> int:
        return rng.randrange(low, high)

    def nir() -> str:
        first = f"1{number(50, 99)}{number(10, 13)}75{draw(6)}"
        return f"{first}{97 - int(first) % 97:02d}"

    def dni() -> str:
        first = number(10**7, 10**8)
        return f"{first}{_DNI[first % 23]}"

    makers = {
        "email 1": lambda: f"user.{draw(5)}@mail{number(1, 9)}.example.co.uk",
        "email 2": lambda: f"Ann Other <a{draw(4)}@example.org>",
        "phone 1": lambda: f"+49 30 {draw(7)}",
        "phone 2": lambda: f"({number(200, 999)}) {number(200, 999)}-{draw(4)}",
        "phone 3": lambda: f"{number(200, 999)}-{number(200, 999)}-{draw(4)} x{number(10, 99)}",
        "iban 1": lambda: iban("DE", draw(18)),
        "iban 2": lambda: in_fours(iban("GB", f"NWBK{draw(14)}"), " "),
        "payment_card 1": lambda: with_luhn(f"4{draw(14)}"),
        "payment_card 2": lambda: in_fours(with_luhn(f"5{number(1, 6)}{draw(13)}"), "-"),
        "national_id 1": lambda: f"{number(100, 600)}-{number(10, 99)}-{draw(4)}",
        "national_id 2": dni,
        "national_id 3": nir,
        "national_id 4": lambda: pesel(f"{number(10, 99)}{number(10, 13)}{number(10, 29)}{draw(4)}"),
        "national_id 5": lambda: cpf(draw(9)),
        "national_id 6": lambda: resident(f"{draw(6)}19{number(50, 99)}{number(10, 13)}{number(10, 29)}{draw(3)}"),
        "ip_address 1": lambda: f"{number(1, 224)}.{number(0, 256)}.{number(0, 256)}.{number(0, 256)}",
        "ip_address 2": lambda: f"2001:db8::{number(1, 65536):x}",
        "mac_address 1": lambda: ":".join(f"{number(0, 256):02x}" for _ in range(6)),
    }
    return {kind: [make() for _ in range(rows)] for kind, make in makers.items()}


def look_alikes(seed: int = 7, rows: int = 20) -> dict[str, list[str]]:
    """Return columns that look a little like personal data and are none."""
    rng = random.Random(seed)

    def number(low: int, high: int) -> int:
        return rng.randrange(low, high)

    makers = {
        "id": lambda: str(100_000_000 + number(0, 10**6)),
        "ean": lambda: f"400{number(10**9, 10**10)}",
        "isbn": lambda: f"978-3-{number(10, 99)}-{number(10**5, 10**6)}-{number(0, 10)}",
        "version": lambda: f"1.{number(0, 20)}.{number(0, 20)}.{number(0, 20)}",
        "card number without a check": lambda: f"4{number(10**14, 10**15)}",
        "clock": lambda: f"{number(10, 24)}:{number(10, 60)}:{number(10, 60)}",
        "created": lambda: f"19{number(10, 99)}-01-{number(10, 29)}",
        "birth_rate": lambda: f"19{number(10, 99)}-01-{number(10, 29)}",
        "part": lambda: f"{number(10, 99)}-{number(1000, 9999)}-{number(10, 99)}",
        "handle": lambda: f"@user{number(1, 999)}",
        "amount": lambda: f"{number(10**6, 10**9)}.{number(10, 99)}",
        "epoch": lambda: str(1_700_000_000 + number(0, 10**6)),
    }
    return {name: [make() for _ in range(rows)] for name, make in makers.items()}

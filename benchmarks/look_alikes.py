"""Columns that look like personal data and are none."""

from __future__ import annotations

import random
from collections.abc import Mapping

from personal_numbers import Maker, form_of

_LOOK_ALIKES: Mapping[str, Maker] = {
    "order_no": form_of("SO-2024-######"),
    "order_id": form_of("10########"),
    "product_code": form_of("@@-####-@"),
    "sku": form_of("@@@######"),
    "created_at": lambda rng: str(1_700_000_000 + rng.randrange(10**6)),
    "sha1": lambda rng: f"{rng.randrange(16**40):040x}",
    "isbn": form_of("978-3-##-######-#"),
    "ean": form_of("400##########"),
    "price": form_of("##.##"),
    "lat": form_of("4#.######"),
    "transaction_id": form_of("3###############"),
    "reference": form_of("0###-######"),
    "version": lambda rng: f"1.{rng.randrange(20)}.{rng.randrange(9)}.{rng.randrange(9)}",
    "delivered": lambda rng: f"20{rng.randrange(10, 24)}-0{rng.randrange(1, 9)}-1{rng.randrange(9)}",
    "city_name": lambda rng: rng.choice(["Berlin", "Lyon", "Pune", "Porto"]),
    "product_name": lambda rng: rng.choice(["Oak table", "Desk lamp", "Red chair", "Wall clock"]),
    "file_name": form_of("scan_####.pdf"),
    "web_address": form_of("https://example.org/####"),
    "invoice": form_of("##########"),
    "uuid": lambda rng: f"{rng.randrange(16**8):08x}-{rng.randrange(16**4):04x}-4{rng.randrange(16**3):03x}",
    "company_name": lambda rng: rng.choice(["Acme Inc", "Nord GmbH", "Sol SA"]),
    "score": form_of("###"),
    "postcode": form_of("#####"),
    "bin_address": form_of("A-##-##"),
    "amount": form_of("#######.##"),
    "station_id": form_of("#########"),
    "doi": form_of("10.1000/####"),
    "time": form_of("1#:3#:2#"),
    "column_name": lambda rng: rng.choice(["id", "price", "town"]),
    "birth_year": form_of("19##"),
    "phone_model": form_of("X## Pro"),
    "password_age_days": form_of("##"),
    "email_count": form_of("##"),
    "card_type": lambda rng: rng.choice(["visa", "amex", "maestro"]),
    "batch": form_of("8##########"),
    "serial": form_of("#########"),
    "address_type": lambda rng: rng.choice(["home", "work"]),
    "tracking": form_of("1Z@@########"),
}


def look_alike_columns(rng: random.Random, rows: int = 60) -> dict[str, list[str]]:
    """Return columns by header that look like personal data and are none."""
    return {header: [make(rng) for _ in range(rows)] for header, make in _LOOK_ALIKES.items()}

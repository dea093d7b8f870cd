"""Columns that look like personal data: addresses, phone numbers, accounts and identities, by form and check digits."""

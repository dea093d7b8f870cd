"""Words that name columns and are hardly ever a whole cell, in some languages: evidence that a row is a header."""

from __future__ import annotations

_IDENTITY = """
id ids key keys code codes cod codice codigo cde no nr num nbr number numero numbers nummer ref reference references
index idx seq sequence uuid guid sku isbn issn iban symbol identifier pk fk hash token serial barcode
"""
_NAMING = """
name names nom nome nombre naam bezeichnung title titles titre titulo label labels alias username nickname surname
firstname lastname fullname vorname nachname prenom apellido cognome first last middle given full short abbr
abbreviation initials prefix suffix
description desc descr beschreibung libelle descripcion descrizione comment comments kommentar
note notes remark remarks text texto content detail details summary info
"""
_TIME = """
date dates datum fecha data day days month months year years yr week quarter jahr monat tag annee mois jour ano anio mes
time times hour hours minute timestamp datetime start end begin from to until since born birth birthday birthdate
birthplace dob death created updated modified published due period duration season age alter
"""
_PLACE = """
country countries land pays pais paese city cities town stadt ville ciudad citta comune state states province provincia
provinz region regione county district municipality zip zipcode postcode postal plz address addresses adresse direccion
indirizzo street strasse rue calle location place site area zone lat latitude lon lng long longitude altitude elevation
capital continent origin destination timezone geo
"""
_AMOUNT = """
amount price preis prix precio prezzo cost costs total sum count quantity qty value values wert valeur valor rate ratio
percent percentage share score rank rating points min max minimum maximum mean average median std sd size length width
height depth weight volume distance speed balance tax discount fee salary wage income revenue sales budget gdp
population density currency unit units frequency capacity level grade
"""
_THING = """
type types typ tipo kind class category categories kategorie categoria group groups subgroup status condition gender sex
language languages lang color colour brand model version format source target parent child file filename path url uri
link website domain image email mail phone telephone telefon telefono mobile fax contact customer client kunde supplier
vendor manufacturer employee department company organisation organization person people user owner author publisher
artist product products item items article order orders invoice account transaction payment event session activity
project task team player school student subject course flight airline airport station vehicle species genus family
occupation profession job position role nationality religion education flag is has attribute property field column row
record entry method mode reason result results message action question answer topic theme word formula element
"""
_JOINING = "a an the of in on at by per for and or & no de la du des del di da von der die das"

HEADER_WORDS = frozenset(" ".join((_IDENTITY, _NAMING, _TIME, _PLACE, _AMOUNT, _THING)).split())
"""In lower case."""
JOINING_WORDS = frozenset(_JOINING.split())
"""They count where another word of the name is a header's."""

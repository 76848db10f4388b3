"""Draws the values of masking's tests from `mimesis` 22.2.0 (MIT), which the table of names is not made of.

pip install mimesis==22.2.0
python3 masking_values.py > PATH/crates/memory/tests/masking/values.txt
"""

import json
import pathlib
import random

import mimesis

FOLDER = pathlib.Path(mimesis.__file__).parent / "datasets"
DRAWN = {"given": 120, "family": 160, "street": 70, "city": 60}


def flat(value):
    if isinstance(value, dict):
        return [item for part in value.values() for item in flat(part)]
    return value


def usable(value, longest):
    # Some entries of the source begin in lower case, or have the country in the place of a city.
    if not value or not value[0].isupper() or value.lower().endswith("spain"):
        return False
    return len(value) <= longest and not any(mark in value for mark in "()/|0123456789,⟦⟧{}")


def main():
    draw = random.Random(20_240_612)
    for language in ["en", "de", "fr", "es", "it"]:
        person = json.loads((FOLDER / language / "person.json").read_text())
        address = json.loads((FOLDER / language / "address.json").read_text())
        lists = {
            "given": flat(person["names"]),
            "family": flat(person["surnames"]),
            "street": address["street"]["name"],
            "city": address["city"],
        }
        for kind, values in lists.items():
            values = sorted({value for value in values if usable(value, 40)})
            for value in sorted(draw.sample(values, min(DRAWN[kind], len(values)))):
                print(f"{language} {kind} {value}")
        for value in sorted(address["street"].get("suffix", [])):
            print(f"{language} suffix {value}")


main()

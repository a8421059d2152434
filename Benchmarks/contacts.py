#!/usr/bin/env python3
"""Contacts that nobody is, the same for the same arguments.

usage: contacts.py ROWS FILE [SEED]
"""

import random
import sys

FIRST = """Ada Bela Carl Dora Emil Fina Gero Hela Ivar Jona Kira Lars Mona Nils Olga Paul Runa Sven Tala Ugo Vera Wim Yara
Zeno""".split()
LAST = """Ahlers Brandt Conrads Dierks Ehlers Franke Gerdes Harms Ivens Jansen Krohn Lorenz Meyer Nissen Otten Peters
Quast Rieken Siemers Tammen Ulrich Voss Wilts Zander""".split()
TRADE = """Roofing Bakery Software Farming Logistics Trucking Dental Brewing Printing Plumbing Insurance Catering Mining
Fishing Furniture Pharmacy Robotics Textiles Steel Glass""".split()
PLACE = "Emden Leer Aurich Norden Jever Varel Brake Stade Celle Uelzen Peine Goslar Hameln Minden Verden Soltau".split()
FORM = "Inc LLC Ltd Corp Group Partners".split()


def rows(count, seed):
    """Records in order; every twentieth says less, so that the waterfall has something to do."""
    dice = random.Random(seed)
    for number in range(count):
        first, last = dice.choice(FIRST), dice.choice(LAST)
        company = f"{dice.choice(PLACE)} {dice.choice(TRADE)} {dice.choice(FORM)}"
        host = company.lower().replace(" ", "-")
        email = "" if number % 20 == 7 else f"{first}.{last}.{number}@{host}.example".lower()
        yield [str(number), first, last, company, email, f"https://www.{host}.example", dice.choice(PLACE)]


def write(path, count, seed=1):
    with open(path, "w", encoding="utf-8", newline="\r\n") as file:
        file.write("id,first_name,last_name,company,email,website,city\n")
        for row in rows(count, seed):
            file.write(",".join(row) + "\n")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    write(sys.argv[2], int(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)

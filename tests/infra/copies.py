"""Puts the files that run at the edge into the template, which must hold a copy of each: CloudFormation takes no file names there."""
import re, textwrap

from rules.site import COPIES
from template import FILE, TOP


def renewed(text):
    for logical, property_, file in COPIES:
        code = textwrap.indent((TOP / "infra" / file).read_text(), " " * 8, lambda line: line.strip())
        # From the property to the next line that is not deeper.
        place = re.compile(rf"(^  {logical}:\n(?:    .*\n|\n)*?      {property_}: (?:!Sub )?\|\n)(?:        .*\n|\n)*?(?=\n?  {{1,6}}\S)", re.M)
        text, found = place.subn(lambda match: match[1] + code, text, count=1)
        if found != 1:
            raise SystemExit(f"expected {property_} of {logical} in {FILE}, as a block of text; found none")
    return text


if __name__ == "__main__":
    FILE.write_text(renewed(FILE.read_text()))

"""Is it XML at all? libxml2 and expat decide independently; the raw bytes are judged too (G1)."""
import re
from xml.parsers import expat

from lxml import etree

DECLARATION = re.compile(rb"""<\?xml version=["']1\.0["'] encoding=["'](?i:utf-8)["'](?: standalone=["'](?:yes|no)["'])?\s*\?>""")


def parse(report, data):
    """The lxml tree of the bytes, or None with findings. No entity is expanded and nothing is fetched."""
    tree = None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=False, remove_comments=True, remove_pis=True)
    try:
        tree = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        report.say("XML", "well-formed XML (libxml2)", str(error))
    reader = expat.ParserCreate(namespace_separator=" ")
    try:
        reader.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        report.say("XML", "well-formed XML (expat)", str(error))
        return None
    return tree


def check_bytes(report, data):
    """What a parser forgives and a feed reader may not."""
    if not data.startswith(b"<"):
        report.say("G1", "'<' as the first byte, no mark and no white space before it", repr(data[:12]))
    if not DECLARATION.match(data):
        report.say("G1", 'the declaration <?xml version="1.0" encoding="utf-8"?> first', repr(data[:60]))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        report.say("G1", "UTF-8", str(error))
        return
    if found := re.search("[\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff]", text):
        report.say("G1", "no control characters", f"U+{ord(found[0]):04X}")
    if b"<!DOCTYPE" in data[:1000] or b"<!ENTITY" in data:
        report.say("G1", "no document type", "<!DOCTYPE or <!ENTITY")
    if len(data) > 1_000_000:
        report.say("G5", "at most 1,000,000 bytes", f"{len(data)}")

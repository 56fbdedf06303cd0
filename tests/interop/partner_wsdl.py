"""Checks what went over the wire against the schemas and the binding of a partner WSDL.

Usage: python3 partner_wsdl.py PARTNER_WSDL EXCHANGES

EXCHANGES has one JSON object per line: `case`, `request`, `response`, each of the two the text of an envelope. Of each envelope
are checked: its parts, every header (declared, in place, and bound to the operation), the body, the detail of a fault. Prints
how often each operation was seen, as JSON; ends with 1 and a line per mismatch if there are any.
"""

import collections
import copy
import json
import os
import re
import sys
import tempfile

from lxml import etree

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
BINDING = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SCHEMA = "{http://www.w3.org/2001/XMLSchema}"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
# What a request brings may not fetch or expand anything.
PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def local(name):
    return name.rsplit(":", 1)[-1]


def alone(element):
    """An element cut out of its document with all prefixes around it: values such as `sf:sObject` need them, too."""
    cut = etree.Element(element.tag, element.attrib, nsmap=element.nsmap)
    cut.text = element.text
    cut.extend(copy.deepcopy(child) for child in element)
    return cut


class Wsdl:
    """The parts of a WSDL that messages are held against."""

    def __init__(self, path):
        self.root = etree.parse(path, PARSER).getroot()
        self.schema = self._schema()
        parts = self.root.iterfind(f"{WSDL}message")
        self.messages = {message.get("name"): {part.get("name"): self._element(part) for part in message} for message in parts}
        self.operations = {}
        ports = {operation.get("name"): operation for operation in self.root.iterfind(f"{WSDL}portType/{WSDL}operation")}
        for operation in self.root.iterfind(f"{WSDL}binding/{WSDL}operation"):
            port = ports[operation.get("name")]
            self.operations[self._body(port, "input")] = {
                "name": operation.get("name"),
                "output": self._body(port, "output"),
                "input headers": self._headers(operation, "input"),
                "output headers": self._headers(operation, "output"),
                "faults": {
                    next(iter(self.messages[local(fault.get("message"))].values())) for fault in port.iterfind(f"{WSDL}fault")
                },
            }

    def _schema(self):
        """All schemas of the WSDL as one: each in a file of its own, told to the others by place."""
        folder = tempfile.mkdtemp()
        files = {}
        for index, schema in enumerate(self.root.iterfind(f"{WSDL}types/{SCHEMA}schema")):
            files[schema.get("targetNamespace")] = (f"{index}.xsd", alone(schema))
        for name, schema in files.values():
            for imported in schema.iterfind(f"{SCHEMA}import"):
                imported.set("schemaLocation", files[imported.get("namespace")][0])
            etree.ElementTree(schema).write(os.path.join(folder, name))
        imports = "".join(f'<import namespace="{space}" schemaLocation="{name}"/>' for space, (name, _) in files.items())
        top = os.path.join(folder, "all.xsd")
        with open(top, "w", encoding="utf-8") as file:
            file.write(f'<schema xmlns="http://www.w3.org/2001/XMLSchema">{imports}</schema>')
        return etree.XMLSchema(etree.parse(top))

    def _element(self, part):
        prefix, name = part.get("element").split(":")
        return f"{{{part.nsmap[prefix]}}}{name}"

    def _body(self, operation, direction):
        message = self.messages[local(operation.find(WSDL + direction).get("message"))]
        return message["parameters"]

    def _headers(self, operation, direction):
        headers = operation.iterfind(f"{WSDL}{direction}/{BINDING}header")
        return {self.messages[local(header.get("message"))][header.get("part")] for header in headers}


class Mismatch(Exception):
    """What does not fit."""


def check(fits, message):
    if not fits:
        raise Mismatch(message)


class Checker:
    """Checks envelopes, and counts the operations."""

    def __init__(self, wsdl):
        self.wsdl = wsdl
        self.seen = collections.defaultdict(collections.Counter)

    def exchange(self, request, response):
        operation, body = self.operation(request)
        self.seen[operation["name"]]["requests"] += 1
        headers, answer = parts(response)
        if answer.tag == f"{ENVELOPE}Fault":
            self.fault(answer, operation)
            self.seen[operation["name"]]["faults"] += 1
            return
        check(answer.tag == operation["output"], f"{operation['name']} is answered by {answer.tag}")
        self.headers(headers, operation, "output headers")
        self.valid(answer)
        self.seen[operation["name"]]["answers"] += 1

    def operation(self, request):
        headers, body = parts(request)
        operation = self.wsdl.operations.get(body.tag)
        check(operation is not None, f"the WSDL has no operation {body.tag}")
        self.headers(headers, operation, "input headers")
        self.valid(body)
        return operation, body

    def headers(self, headers, operation, bound):
        for header in headers:
            check(header.tag in operation[bound], f"{header.tag} is none of the {bound} of {operation['name']}")
            self.valid(header)

    def valid(self, element):
        schema = self.wsdl.schema
        if not schema.validate(etree.ElementTree(alone(element))):
            errors = "; ".join(f"{error.message} (line {error.line})" for error in list(schema.error_log)[:3])
            raise Mismatch(f"{etree.QName(element).localname}: {errors}")

    def fault(self, fault, operation):
        tags = [child.tag for child in fault]
        check(tags[:2] == ["faultcode", "faultstring"] and len(tags) <= 3, f"a fault has {tags}")
        prefix, code = fault[0].text.split(":")
        check(prefix in fault.nsmap, f"the prefix of {fault[0].text} means nothing")
        if len(tags) < 3:
            check(fault.nsmap[prefix] == ENVELOPE.strip("{}"), f"{code} comes without detail")
            return
        check(tags[2] == "detail" and len(fault[2]) == 1, "a detail is to hold one element")
        detail = fault[2][0]
        faults = operation["faults"]
        check(detail.tag in faults, f"{detail.tag} is none of the faults of {operation['name']}: {sorted(faults)}")
        self.valid(detail)
        check(detail[0].text == code, f"the faultcode {code} is not the exceptionCode {detail[0].text}")


def parts(text):
    """The headers and the one body of an envelope."""
    root = etree.fromstring(text.encode(), PARSER)
    check(root.tag == f"{ENVELOPE}Envelope", f"{root.tag} is no envelope")
    tags = [child.tag for child in root]
    check(tags in ([f"{ENVELOPE}Body"], [f"{ENVELOPE}Header", f"{ENVELOPE}Body"]), f"the envelope holds {tags}")
    check(len(root[-1]) == 1, "the body holds other than one element")
    return (list(root[0]) if len(root) == 2 else []), root[-1][0]


def main():
    checker = Checker(Wsdl(sys.argv[1]))
    mismatches = collections.Counter()
    with open(sys.argv[2], encoding="utf-8") as lines:
        for exchange in map(json.loads, lines):
            try:
                checker.exchange(exchange["request"], exchange["response"])
            except (Mismatch, etree.XMLSyntaxError) as error:
                shown = re.sub(r"\s+", " ", exchange["request"] + " -> " + exchange["response"])
                mismatches[f"{exchange['case']}: {error}\n    {shown[:1500]}"] += 1
    for mismatch, times in mismatches.items():
        print(f"{mismatch} ({times} times)", file=sys.stderr)
    print(json.dumps(checker.seen, sort_keys=True))
    return 1 if mismatches else 0


if __name__ == "__main__":
    sys.exit(main())

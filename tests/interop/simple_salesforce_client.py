"""simple_salesforce against the sandbox: log in two ways, create, read, change, delete, query all pages, describe.

Usage: python3 simple_salesforce_client.py URL (plain http on loopback: simple_salesforce insists on https, so its
session is given an adapter that sends to the sandbox).
"""

import sys
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, SalesforceMalformedRequest, SalesforceResourceNotFound

BASE = sys.argv[1]


class ToSandbox(HTTPAdapter):
    """Sends whatever is meant for https://HOST to the sandbox's plain port."""

    def send(self, request, **kwargs):
        parts = urlsplit(request.url)
        request.url = BASE + (parts.path or "/") + ("?" + parts.query if parts.query else "")
        return super().send(request, **kwargs)


def session() -> requests.Session:
    made = requests.Session()
    made.mount("https://", ToSandbox())
    return made


USER = {"username": "admin@sandbox.example", "password": "sandbox-password", "security_token": "TOKEN"}
soap = Salesforce(**USER, domain="login", version="62.0", session=session())
assert soap.session_id

sf = Salesforce(
    username=USER["username"],
    password=USER["password"] + USER["security_token"],
    consumer_key="sandbox-client",
    consumer_secret="sandbox-secret",
    domain="login",
    version="62.0",
    session=session(),
)
created = sf.Account.create({"Name": "simple's \"Ltd\"", "External_Id__c": "py/1"})
assert created["success"] and len(created["id"]) == 18
assert sf.Account.get(created["id"])["Name"] == "simple's \"Ltd\""
assert sf.Account.update(created["id"], {"Site": "here"}) == 204
assert sf.Account.upsert("External_Id__c/py%2F1", {"Site": "there"}) in (200, 204)
assert sf.query("SELECT Site FROM Account WHERE External_Id__c = 'py/1'")["records"][0]["Site"] == "there"
for wrong, error in (("SELECT Nope FROM Account", SalesforceMalformedRequest), ("SELECT Id FORM Account", SalesforceMalformedRequest)):
    try:
        sf.query(wrong)
    except error:
        continue
    raise AssertionError(wrong)
assert sf.Account.delete(created["id"]) == 204
try:
    sf.Account.get(created["id"])
    raise AssertionError("a deleted record was found")
except SalesforceResourceNotFound:
    pass
total = sf.query("SELECT COUNT() FROM Account")["totalSize"]
assert sum(1 for _ in sf.query_all_iter("SELECT Id, Name FROM Account")) == total
assert any(field["name"] == "Name" for field in sf.Account.describe()["fields"])
assert sf.limits()["DailyApiRequests"]["Max"] > 0
print(f"simple_salesforce: {total} rows read")

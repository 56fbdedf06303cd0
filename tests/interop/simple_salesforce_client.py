"""simple_salesforce against the sandbox: log in two ways, and everything it can do with records, files and both bulk
APIs; what the org does not offer is refused as Salesforce refuses it.

Usage: python3 simple_salesforce_client.py URL (plain http on loopback: simple_salesforce insists on https, so its
session is given an adapter that sends to the sandbox).
"""

import base64
import datetime
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import (
    Salesforce,
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.bulk2 import ColumnDelimiter, LineEnding
from simple_salesforce.exceptions import SalesforceRefusedRequest

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


def refused(error: type, what, code: str) -> None:
    """Holds that `what` is refused with Salesforce's code."""
    try:
        what()
    except error as fault:
        assert code in str(fault) + str(getattr(fault, "content", "")), fault
        return
    raise AssertionError(f"not refused with {code}")


# Single records, and what lies around them.
sf.Account.upsert("External_Id__c/py-2", {"Name": "py"})
one = sf.Account.get_by_custom_id("External_Id__c", "py-2")
now = datetime.datetime.now(datetime.timezone.utc)
lately, soon = now - datetime.timedelta(hours=1), now + datetime.timedelta(minutes=1)
assert one["Id"] in sf.Account.updated(lately, soon)["ids"]
assert created["id"] in [it["id"] for it in sf.Account.deleted(lately, soon)["deletedRecords"]]
assert sf.query_all("SELECT Id FROM Account WHERE IsDeleted = true", include_deleted=True)["totalSize"] == 1
assert sf.Account.metadata()["objectDescribe"]["keyPrefix"] == "001"
assert sf.Contact.describe_layout("012000000000000AAA")["detailLayoutSections"]
assert len(sf.describe()["sobjects"]) > 20 and sf.is_sandbox() is False
assert sf.search("FIND {py} RETURNING Account(Id)")["searchRecords"][0]["Id"] == one["Id"]
assert sf.quick_search("py")["searchRecords"]
assert sf.restful("limits/recordCount", params={"sObjects": "Account"})["sObjects"][0]["name"] == "Account"
assert sf.apexecute("echo/a", method="POST", data={"b": 1})["method"] == "POST"
assert sf.oauth2("userinfo")["preferred_username"] == USER["username"]
assert sf.api_usage["api-usage"].used > 0
me = sf.query(f"SELECT Id FROM User WHERE Username = '{USER['username']}'")["records"][0]["Id"]
assert sf.set_password(me, "An0ther-password") is None
refused(SalesforceAuthenticationFailed, lambda: Salesforce(**USER, domain="login", session=session()), "INVALID_LOGIN")

# Files, in fields and whole.
everything = bytes(range(256))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "all.bin")
    path.write_bytes(everything)
    attached = sf.Attachment.create({"ParentId": one["Id"], "Name": "a", "Body": base64.b64encode(b"old").decode()})
    sf.Attachment.update_base64(attached["id"], str(path), "Body")
    assert sf.Attachment.get_base64(attached["id"], "Body") == everything

# Bulk API 1.0: results in order, in batches; detailed; empty and refused queries.
rows = [{"Name": f"bulk {n:02}"} for n in range(25)] + [{"Name": ""}]
results = sf.bulk.Account.insert(rows, batch_size=10, use_serial=True)
assert [it["success"] for it in results] == [True] * 25 + [False], results
found = sf.bulk.Account.query("SELECT Id, Name, Owner.Name FROM Account WHERE Name LIKE 'bulk %' ORDER BY Name")
assert [it["Name"] for it in found] == [row["Name"] for row in rows[:25]] and found[0]["Owner"]["Name"]
assert sf.bulk.Account.query("SELECT Id FROM Account WHERE Name = 'nobody'") == []
refused(SalesforceGeneralError, lambda: sf.bulk.Account.query("SELECT Nope FROM Account"), "INVALID_FIELD")
keyed = [{"Name": "k", "External_Id__c": "py-k1"}, {"Name": "k", "External_Id__c": "py-2"}]
assert [it["created"] for it in sf.bulk.Account.upsert(keyed, "External_Id__c")] == [True, False]
changes = [{"Id": found[0]["Id"], "AnnualRevenue": 12.5, "Site": None}, {"Id": "001000000000000AAA", "Site": "x"}]
changed = sf.bulk.Account.update(changes)
assert [it["success"] for it in changed] == [True, False]
assert changed[1]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"
assert all(it["success"] for it in sf.bulk.Account.delete([{"Id": it["Id"]} for it in found[:3]]))
assert all(it["success"] for it in sf.bulk.Account.hard_delete([{"Id": it["Id"]} for it in found[3:5]]))

# Bulk API 2.0: uploads in parts, results by kind, delimiters, pages, downloads.
bulk2 = sf.bulk2.Account
jobs = bulk2.insert(records=[{"Name": "two a"}, {"Name": "two b"}, {"Name": "", "Site": "x"}], batch_size=2, wait=0.1)
assert [(job["numberRecordsProcessed"], job["numberRecordsFailed"]) for job in jobs] == [(2, 0), (1, 1)]
assert "REQUIRED_FIELD_MISSING:" in bulk2.get_failed_records(jobs[1]["job_id"])
assert bulk2.get_successful_records(jobs[0]["job_id"]).count("\n") == 3
assert len(bulk2.get_all_ingest_records(jobs[0]["job_id"])["successfulRecords"]) == 2
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "pipes.csv")
    path.write_text("Name|External_Id__c\r\nthree|py-3\r\n", newline="")
    pipes = {"column_delimiter": ColumnDelimiter.PIPE, "line_ending": LineEnding.CRLF}
    (job,) = bulk2.upsert(str(path), external_id_field="External_Id__c", wait=0.1, **pipes)
    assert job["numberRecordsFailed"] == 0
    (page,) = bulk2.query("SELECT Name, External_Id__c FROM Account WHERE Name = 'three'", wait=0.1, **pipes)
    assert page == '"Name"|"External_Id__c"\r\n"three"|"py-3"\r\n', page
    files = bulk2.download("SELECT Id FROM Account", folder, max_records=1000, wait=0.1)
    assert sum(file["number_of_records"] for file in files) == sf.query("SELECT COUNT() FROM Account")["totalSize"]
assert sum(page.count("\n") - 1 for page in bulk2.query("SELECT Id FROM Account", max_records=1000, wait=0.1)) >= total
refused(Exception, lambda: list(bulk2.query("SELECT Nope FROM Account")), "INVALID_FIELD")
(job,) = bulk2.delete(records=[{"Id": found[5]["Id"]}], wait=0.1)
assert job["numberRecordsFailed"] == 0

# What the org does not offer, and who may not come in.
refused(SalesforceRefusedRequest, lambda: sf.restful("chatter/users/me"), "API_DISABLED_FOR_ORG")
refused(SalesforceResourceNotFound, lambda: sf.apexecute("nothing"), "NOT_FOUND")
stranger = Salesforce(instance="sandbox", session_id="00D!ended", session=session())
refused(SalesforceExpiredSession, lambda: stranger.query("SELECT Id FROM Account"), "INVALID_SESSION_ID")
print(f"simple_salesforce: {total} rows read")

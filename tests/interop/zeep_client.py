"""zeep against the sandbox: every answer must parse by the partner WSDL, strictly.

Usage: python3 zeep_client.py URL PARTNER_WSDL
"""

import datetime
import re
import sys

from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Fault

BASE, WSDL = sys.argv[1:3]
SOBJECT = "urn:sobject.partner.soap.sforce.com"
PASSWORD = "sandbox-password" + "TOKEN"

client = Client(WSDL, settings=Settings(strict=True, xml_huge_tree=True))
VERSION = re.search(r"/services/Soap/u/([0-9.]+)", open(WSDL, encoding="utf-8").read()).group(1)
BINDING = "{urn:partner.soap.sforce.com}SoapBinding"


def service(url):
    return client.create_service(BINDING, url)


def element(name):
    return client.get_element("{urn:partner.soap.sforce.com}" + name)


def typed(name):
    return client.get_type("{urn:partner.soap.sforce.com}" + name)


def field(name, value):
    made = etree.Element(f"{{{SOBJECT}}}{name}")
    if isinstance(value, dict):
        etree.SubElement(made, f"{{{SOBJECT}}}type").text = value["type"]
        for inner, text in value.items():
            if inner != "type":
                etree.SubElement(made, f"{{{SOBJECT}}}{inner}").text = text
    else:
        made.text = value
    return made


def record(type, id=None, null=(), **fields):
    sobject = client.get_type(f"{{{SOBJECT}}}sObject")
    values = [field(name, value) for name, value in fields.items()]
    return sobject(type=type, Id=id, fieldsToNull=list(null), _value_1=values)


def value(sobject, name):
    for found in sobject._value_1 or []:
        if etree.QName(found).localname == name:
            return found.text
    return None


def refused(code, call, *args, **kwargs):
    """The call must end in a fault of this code, its detail typed as the WSDL says."""
    try:
        call(*args, **kwargs)
    except Fault as fault:
        assert fault.code.split(":")[-1] == code, (fault.code, code)
        assert fault.message.startswith(code + ": "), fault.message
        detail = fault.detail[0]
        parsed = client.get_type(detail.tag).parse_xmlelement(detail, client.wsdl.types)
        assert parsed.exceptionCode == code, parsed
        return parsed
    raise AssertionError(f"{call} should have been refused with {code}")


def all_well(results):
    assert all(result.success and not result.errors for result in results), results
    return [result.id for result in results]


# login: refused with a wrong password, taken with the right one.
entry = service(f"{BASE}/services/Soap/u/{VERSION}")
refused("INVALID_LOGIN", entry.login, username="admin@sandbox.example", password="wrong")
session = entry.login(username="admin@sandbox.example", password=PASSWORD)
assert session.userInfo.userName == "admin@sandbox.example" and session.passwordExpired is False
partner = service(session.serverUrl)
header = {"SessionHeader": element("SessionHeader")(sessionId=session.sessionId)}
refused("INVALID_SESSION_ID", partner.getUserInfo, _soapheaders={"SessionHeader": element("SessionHeader")(sessionId="00Dnobody!AQ")})


def call(name, *args, headers=None, **kwargs):
    """Gives the result alone; the LimitInfoHeader must be there beside it."""
    answer = getattr(partner, name)(*args, _soapheaders={**header, **(headers or {})}, **kwargs)
    info = answer.header.LimitInfoHeader.limitInfo[0]
    assert info.type == "API REQUESTS" and 0 < info.current <= info.limit
    return answer.body.result


# create, with references, nulls and errors.
made = call("create", sObjects=[record("Account", Name="zeep's \"Ltd\" <&>", External_Id__c="zeep/1"), record("Account", Site="no name")])
assert made[0].success and len(made[0].id) == 18
assert not made[1].success and made[1].errors[0].statusCode == "REQUIRED_FIELD_MISSING" and made[1].errors[0].fields == ["Name"]
account = made[0].id
(contact,) = all_well(call("create", sObjects=[record("Contact", LastName="Zeep", Account={"type": "Account", "External_Id__c": "zeep/1"})]))
rolled = call(
    "create",
    sObjects=[record("Account", Name="undone"), record("Account", Site="bad")],
    headers={"AllOrNoneHeader": element("AllOrNoneHeader")(allOrNone=True)},
)
assert [result.errors[0].statusCode for result in rolled] == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
refused("INVALID_TYPE", call, "create", sObjects=[record("Nonsense__c", Name="x")])

# query: fields, parents, children, all pages.
page = call("query", queryString=f"SELECT Id, Name, Site, (SELECT LastName, Account.Name FROM Contacts) FROM Account WHERE Id = '{account}'")
assert page.done and page.size == 1 and page.queryLocator is None
assert value(page.records[0], "Name") == "zeep's \"Ltd\" <&>" and page.records[0].Id == account
total = call("query", queryString="SELECT COUNT() FROM Account").size
batch = {"QueryOptions": element("QueryOptions")(batchSize=500)}
page = call("query", queryString="SELECT Id, Name FROM Account", headers=batch)
read = len(page.records)
while not page.done:
    page = call("queryMore", queryLocator=page.queryLocator, headers=batch)
    read += len(page.records)
assert read == total == page.size, (read, total)
located = refused("MALFORMED_QUERY", call, "query", queryString="SELECT Id FORM Account")
assert located.row == 1 and located.column > 0
refused("INVALID_FIELD", call, "query", queryString="SELECT Nope FROM Account")
refused("INVALID_QUERY_LOCATOR", call, "queryMore", queryLocator="01gD0000002HU6KIAW-2000")

# update, upsert, retrieve.
all_well(call("update", sObjects=[record("Account", id=account, Site="there")]))
all_well(call("update", sObjects=[record("Account", id=account, null=["Site"])]))
(changed, new) = call("upsert", "External_Id__c", [record("Account", External_Id__c="zeep/1", Rating="Hot"), record("Account", External_Id__c="zeep/2", Name="Second")])
assert changed.success and not changed.created and changed.id == account and new.success and new.created
(first, gone) = call("retrieve", "Name, Rating, Site", "Account", [account, "001000000000000AAA"])
# zeep makes an empty record of one that is nil.
assert (value(first, "Rating"), value(first, "Site"), gone.type) == ("Hot", None, None), (first, gone)

# merge, convertLead.
(merged,) = call("merge", [{"masterRecord": record("Account", id=account, Site="merged"), "recordToMergeIds": [new.id]}])
assert merged.success and merged.id == account and merged.mergedRecordIds == [new.id]
(lead,) = all_well(call("create", sObjects=[record("Lead", LastName="Lead", Company="Zeep & Co")]))
convert = typed("LeadConvert")
(converted,) = call("convertLead", [convert(leadId=lead, convertedStatus="Closed - Converted", doNotCreateOpportunity=False, overwriteLeadSource=False, sendNotificationEmail=False)])
assert converted.success and converted.leadId == lead and converted.accountId and converted.contactId and converted.opportunityId, converted
(again,) = call("convertLead", [convert(leadId=lead, convertedStatus="Closed - Converted", doNotCreateOpportunity=False, overwriteLeadSource=False, sendNotificationEmail=False)])
assert not again.success and again.errors

# delete, undelete, the recycle bin, what was changed and deleted.
all_well(call("delete", [contact]))
(twice,) = call("delete", [contact])
assert not twice.success and twice.errors[0].statusCode == "ENTITY_IS_DELETED"
assert call("queryAll", queryString=f"SELECT Id FROM Contact WHERE Id = '{contact}' AND IsDeleted = true").size == 1
all_well(call("undelete", [contact]))
now = call("getServerTimestamp").timestamp
span = {"startDate": now - datetime.timedelta(hours=1), "endDate": now + datetime.timedelta(minutes=1)}
assert contact in call("getUpdated", "Contact", **span).ids
all_well(call("delete", [contact]))
assert contact in [found.id for found in call("getDeleted", "Contact", **span).deletedRecords]
all_well(call("emptyRecycleBin", [contact]))
(emptied,) = call("undelete", [contact])
assert not emptied.success

# Describes, search, the user.
assert any(found.name == "Account" and found.keyPrefix == "001" for found in call("describeGlobal").sobjects)
described = call("describeSObject", "Account")
assert any(found.name == "Name" and found.type == "string" for found in described.fields)
assert [found.name for found in call("describeSObjects", ["Contact", "Lead"])] == ["Contact", "Lead"]
refused("INVALID_TYPE", call, "describeSObject", "Nonsense__c")
assert call("search", "FIND {zeep} IN NAME FIELDS RETURNING Account(Id, Name)").searchRecords
assert call("getUserInfo").userName == "admin@sandbox.example"

# Duplicates, emails.
assert call("findDuplicatesByIds", [account])[0].success is not None
single = typed("SingleEmailMessage")(toAddresses=["somebody@example.com"], subject="zeep", plainTextBody="Hello", saveAsActivity=False)
assert call("sendEmail", [single])[0].success

answer = partner.logout(_soapheaders=header)
refused("INVALID_SESSION_ID", partner.getUserInfo, _soapheaders=header)
print(f"zeep: {read} rows read, API {VERSION}")

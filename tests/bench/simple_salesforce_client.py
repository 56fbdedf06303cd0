"""Loads a CSV or extracts a query with simple_salesforce through Bulk API 2.0, or reads rows by REST: what `mediate write
bulk/load`, `mediate read bulk/extract` and `mediate read query/rows` do. Results of a load go to one file, as its own helpers give them."""

import json
import sys

import requests
from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import SFBulk2Handler

what, url, token, given, output = sys.argv[1:6]
if what == "rows":
    org = Salesforce(instance_url=url, session_id=token, version="62.0")
    org.base_url = f"{url}/services/data/v62.0/"
    org.sf_instance = url.removeprefix("http://")
    with open(output, "w", encoding="utf-8") as out:
        answer = org.restful("query", {"q": given})
        while True:
            for record in answer["records"]:
                del record["attributes"]
                out.write(json.dumps(record) + "\n")
            if answer["done"]:
                break
            answer = org.restful(answer["nextRecordsUrl"].split("/v62.0/")[1])
    sys.exit()

handler = SFBulk2Handler(
    session_id=token,
    bulk2_url=f"{url}/services/data/v62.0/jobs/",
    session=requests.Session(),
)
contact = getattr(handler, "Contact", None)
if contact is None:
    from simple_salesforce.bulk2 import SFBulk2Type

    contact = SFBulk2Type("Contact", handler.bulk2_url, handler.headers, handler.session)
if what == "load":
    jobs = contact.insert(csv_file=given, batch_size=250_000)
    with open(output, "w", encoding="utf-8") as out:
        for job in jobs:
            out.write(contact.get_successful_records(job["job_id"]))
else:
    with open(output, "w", encoding="utf-8") as out:
        for page in contact.query(given, max_records=50_000):
            out.write(page)

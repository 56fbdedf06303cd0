"""aiosfstream-ng against the sandbox: hears every kind of event, live and by replay, and goes on after a restart.

Usage: python3 aiosfstream_client.py URL. Prints what it heard as JSON: {channel: [replay id, ...]}.
"""
import asyncio
import json
import sys
from collections import defaultdict

from aiohttp import ClientSession
from aiosfstream_ng import Client, PasswordAuthenticator, ReplayOption
from aiosfstream_ng.exceptions import ServerError

# aiohttp keeps no cookies for addresses in numbers, and Bayeux lives by its cookie.
URL = sys.argv[1].replace("127.0.0.1", "localhost")
TOPIC, GENERIC = "/topic/Python", "/u/python"
CHANNELS = ["/event/Order_Event__e", "/data/AccountChangeEvent", TOPIC, GENERIC]


class Authenticator(PasswordAuthenticator):
    """Logs in to the sandbox instead of login.salesforce.com."""

    def __init__(self):
        super().__init__("sandbox-client", "sandbox-secret", "admin@sandbox.example", "sandbox-passwordTOKEN")

    @property
    def _token_url(self):
        return f"{URL}/services/oauth2/token"


async def rest(session, method, path, body=None):
    async with session.request(method, f"{URL}/services/data/v62.0/{path}", json=body) as response:
        assert response.status < 300, await response.text()
        return await response.json() if response.status != 204 else None


async def set_up(session):
    await rest(session, "POST", "sobjects/PushTopic", {
        "Name": TOPIC.rsplit("/", 1)[-1], "ApiVersion": 62.0,
        "Query": "SELECT Id, Name, Phone FROM Account WHERE Name LIKE 'Python%'"})
    channel = await rest(session, "POST", "sobjects/StreamingChannel", {"Name": GENERIC})
    return channel["id"]


async def cause(session, generic):
    """Causes nine events: four changes of an account, three of which concern the topic, an event and a push."""
    account = (await rest(session, "POST", "sobjects/Account", {"Name": "Python Ltd"}))["id"]
    await rest(session, "PATCH", f"sobjects/Account/{account}", {"Phone": "1"})
    await rest(session, "PATCH", f"sobjects/Account/{account}", {"Fax": "1"})
    await rest(session, "DELETE", f"sobjects/Account/{account}")
    await rest(session, "POST", "sobjects/Order_Event__e", {"Order_Number__c": "1"})
    pushed = await rest(session, "POST", f"sobjects/StreamingChannel/{generic}/push", {
        "pushEvents": [{"payload": "hello", "userIds": []}]})
    assert pushed == [{"fanoutCount": -1, "userOnlineStatus": {}}], pushed
    return account


async def hear(client, count):
    """The next events, by channel, each in order."""
    heard = defaultdict(list)
    async with asyncio.timeout(30):
        for _ in range(count):
            message = await client.receive()
            heard[message["channel"]].append(message["data"])
    return heard


def check(heard, account):
    changes = [event["payload"]["ChangeEventHeader"] for event in heard["/data/AccountChangeEvent"]]
    assert [header["changeType"] for header in changes] == ["CREATE", "UPDATE", "UPDATE", "DELETE"], changes
    assert all(header["recordIds"] == [account] for header in changes)
    topic = heard[TOPIC]
    assert [event["event"]["type"] for event in topic] == ["created", "updated", "deleted"], topic
    assert topic[1]["sobject"] == {"Id": account, "Name": "Python Ltd", "Phone": "1"}
    assert heard["/event/Order_Event__e"][0]["payload"]["Order_Number__c"] == "1"
    assert heard[GENERIC][0]["payload"] == "hello"


async def main():
    auth = Authenticator()
    await auth.authenticate()
    async with ClientSession(headers={"Authorization": f"Bearer {auth.access_token}"}) as session:
        generic = await set_up(session)
        async with Client(Authenticator(), replay=ReplayOption.NEW_EVENTS) as client:
            for channel in CHANNELS:
                await client.subscribe(channel)
            account = await cause(session, generic)
            live = await hear(client, 9)
        check(live, account)
        async with Client(Authenticator(), replay=ReplayOption.ALL_EVENTS) as client:
            for channel in CHANNELS:
                await client.subscribe(channel)
            assert await hear(client, 9) == live
            for unknown in ["/topic/Nope", "/u/nope", "/event/Nope__e"]:
                try:
                    await client.subscribe(unknown)
                except ServerError:
                    continue
                raise AssertionError(f"{unknown} is not there")
        # A mapping keeps the place of each channel: after a restart of the server the client goes on from there.
        places = {}
        async with Client(Authenticator(), replay=places) as client:
            await client.subscribe("/event/Order_Event__e")
            after = []
            for number in ["2", "3", "4"]:
                await rest(session, "POST", "sobjects/Order_Event__e", {"Order_Number__c": number})
                if number == "3":
                    async with session.post(f"{URL}/__sandbox/events/restart") as response:
                        assert response.status == 204
                after += (await hear(client, 1))["/event/Order_Event__e"]
            assert [event["payload"]["Order_Number__c"] for event in after] == ["2", "3", "4"]
            assert places["/event/Order_Event__e"].replay_id == after[-1]["event"]["replayId"]
    ids = {name: [event["event"]["replayId"] for event in events] for name, events in live.items()}
    ids["/event/Order_Event__e"] += [event["event"]["replayId"] for event in after]
    print(json.dumps(ids))


asyncio.run(main())

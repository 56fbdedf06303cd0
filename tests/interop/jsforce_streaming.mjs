// jsforce's streaming against the sandbox: hears every kind of event, live and by replay, and survives a restart of the server.
// Usage: node jsforce_streaming.mjs URL. Prints what it heard as JSON: {channel: [replay id, ...]}.
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

const require = createRequire(join(process.cwd(), "x.js")); // honours NODE_PATH, unlike import
const jsforce = require("jsforce");
const { StreamingExtension } = require("jsforce/lib/api/streaming");
const [url] = process.argv.slice(2);
const [topic, generic] = ["/topic/Script", "/u/script"];
const channels = ["/event/Order_Event__e", "/data/ContactChangeEvent", topic, generic];

const conn = new jsforce.Connection({ loginUrl: url, instanceUrl: url, version: "62.0" });
await conn.login("admin@sandbox.example", "sandbox-passwordTOKEN");
await conn.sobject("PushTopic").create({
  Name: "Script", ApiVersion: 62, Query: "SELECT Id, LastName, Email FROM Contact WHERE LastName LIKE 'Script%'", NotifyForFields: "Select" });
await conn.sobject("StreamingChannel").create({ Name: generic });

/** Waits until it comes true. */
async function until(what, come) {
  for (let times = 0; times < 600; times++) {
    if (come()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what} did not come`);
}

/** Hears channels into lists; each has a client of its own, as jsforce's replay extension asks for. */
async function hear(replay) {
  const heard = {}, clients = [];
  for (const channel of channels) {
    heard[channel] = [];
    const client = conn.streaming.createClient([
      new StreamingExtension.Replay(channel, replay),
      new StreamingExtension.AuthFailure((failure) => assert.fail(`the session ended: ${JSON.stringify(failure)}`)),
    ]);
    clients.push(client);
    await client.subscribe(channel, (event) => heard[channel].push(event));
  }
  const end = () => clients.forEach((client) => client.disconnect());
  const count = () => channels.reduce((sum, channel) => sum + heard[channel].length, 0);
  return { heard, end, count };
}

const live = await hear(-1);
// Also by way of jsforce's own topics, which know nothing of replay.
const simple = [];
await conn.streaming.topic("Script").subscribe((event) => simple.push(event));
const Contact = conn.sobject("Contact");
const { id } = await Contact.create({ LastName: "Script One" });
await Contact.update({ Id: id, Email: "a@example.com" });
await Contact.update({ Id: id, Phone: "1" });
await Contact.destroy(id);
assert.ok((await conn.sobject("Order_Event__e").create({ Order_Number__c: "js" })).success);
assert.deepEqual(await conn.streaming.channel(generic).push({ payload: "hello", userIds: [] }), { fanoutCount: -1, userOnlineStatus: {} });
await until("all events", () => live.count() >= 9 && simple.length >= 3);

const changes = live.heard["/data/ContactChangeEvent"].map((event) => event.payload.ChangeEventHeader);
assert.deepEqual(changes.map((header) => header.changeType), ["CREATE", "UPDATE", "UPDATE", "DELETE"]);
assert.ok(changes.every((header) => header.recordIds[0] === id));
assert.ok(changes[0].changeOrigin.startsWith("com/salesforce/api/rest/62.0"), changes[0].changeOrigin);
assert.deepEqual(live.heard[topic].map((event) => event.event.type), ["created", "updated", "deleted"]);
assert.deepEqual(live.heard[topic], simple);
assert.deepEqual(live.heard[topic][1].sobject, { Id: id, LastName: "Script One", Email: "a@example.com" });
assert.equal(live.heard["/event/Order_Event__e"][0].payload.Order_Number__c, "js");
assert.equal(live.heard[generic][0].payload, "hello");

const again = await hear(-2);
await until("the replay", () => again.count() >= 9);
assert.deepEqual(again.heard, live.heard);
again.end();

const nowhere = conn.streaming.createClient([]);
await assert.rejects(async () => { await nowhere.subscribe("/topic/Nope", () => {}); }, /does not exist/);
nowhere.disconnect();

// The server forgets its clients: Faye shakes hands and subscribes anew.
assert.equal((await fetch(`${url}/__sandbox/events/restart`, { method: "POST" })).status, 204);
await new Promise((resolve) => setTimeout(resolve, 500));
await conn.sobject("Order_Event__e").create({ Order_Number__c: "after" });
await until("an event after the restart", () => live.heard["/event/Order_Event__e"].some((event) => event.payload.Order_Number__c === "after"));

const ids = {};
for (const channel of channels) ids[channel] = [...new Set(live.heard[channel].map((event) => event.event.replayId))];
console.log(JSON.stringify(ids));
process.exit(0);

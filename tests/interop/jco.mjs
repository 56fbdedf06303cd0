// The component in another host: jco makes a JavaScript module of it, which Node runs, with nothing of this project around it.
// Usage: node jco.mjs URL COMPONENT.wasm FOLDER. jco and preview2-shim are found in the folder that NODE_PATH names.
import assert from "node:assert/strict";
import { transpiled } from "./transpile.mjs";

const [url, component, folder] = process.argv.slice(2);
const { catalog, connections, mediator, ...typed } = await transpiled(component, folder);

const auth = { "client-credentials": { "client-id": "sandbox-client", "client-secret": "sandbox-secret" } };
const connection = connections.connect(JSON.stringify({ url, auth }));
const read = (source) => {
  let all = "";
  for (let chunk; (chunk = source.readText(65536)) !== undefined; ) all += chunk;
  return all;
};

// describe and call: JSON comes as text, faults are JSON, too
assert.equal(catalog.describe().name, "salesforce");
const call = (operation, config, input) => {
  const reply = mediator.call(connection, operation, JSON.stringify(config), input);
  assert.equal(reply.body.tag, "text");
  return JSON.parse(reply.body.val);
};
const input = { mediaType: "application/json", body: { tag: "text", val: '{"LastName": "Node"}' } };
const created = call("records/create", { object: "Contact" }, input);
assert.equal(created.success, true);
assert.throws(
  () => call("query/query", { soql: "SELECT Nope FROM Account" }),
  ({ payload }) => JSON.parse(JSON.stringify(payload)).upstream[0].code === "INVALID_FIELD",
);
assert.throws(() => connections.connect('{"url": "acme"}'), ({ payload }) => payload.kind === "config" && payload.attempts === 0);
assert.equal(JSON.parse(connection.session())["instance-url"], url);

// what sends nothing needs no connection
const built = mediator.call(undefined, "query/build", JSON.stringify({ object: "Account", fields: ["Id"] }), undefined);
assert.equal(JSON.parse(built.body.val).soql, "SELECT Id FROM Account");

// both interfaces mix: one connection, made by either; lists and options may be left out
const own = typed.connection.connect({ url, auth: { tag: "client-credentials", val: { clientId: "sandbox-client", clientSecret: "sandbox-secret" } } });
for (const either of [connection, own]) {
  const message = typed.query.query(either, { soql: "SELECT COUNT() FROM Account", includeDeleted: false });
  assert.equal(JSON.parse(message.body.val).totalSize, 4001);
  assert.equal(message.metadata.status, 200);
  assert.ok(message.metadata.usage.used < message.metadata.usage.allowed);
}
const second = typed.records.create(own, { object: "Contact" }, { ...input, body: { tag: "text", val: '{"LastName": "Typed"}' } });
assert.equal(second.created, true);
assert.equal(JSON.parse(JSON.stringify(second)).index, 0);
assert.throws(
  () => typed.collections.create(own, { object: "Contact", allOrNone: false, batchSize: 0 }, input),
  ({ payload }) => payload.message.includes("config.batch-size"),
);

// source: three pages of the org, after its connection is gone
const other = connections.connect(JSON.stringify({ url, auth }));
const rows = mediator.openSource(other, "query/rows", JSON.stringify({ soql: "SELECT Id FROM Account", format: "csv" }), undefined);
other[Symbol.dispose]();
assert.equal(read(rows).trim().split("\n").length, 4001 + 1);
assert.equal(rows.head().metadata.records, 4001);
const bytes = typed.query.rows(own, { soql: "SELECT Id FROM Account", includeDeleted: false, keepAttributes: false });
assert.ok(bytes.read(64) instanceof Uint8Array);

// sink: a bulk load with its outcomes
const load = mediator.openSink(connection, "bulk/load", JSON.stringify({ object: "Contact", operation: "insert" }), undefined);
load.writeText("LastName,Email\nGood,\nBad,none\n");
load.close();
const until = Date.now() + 60_000;
while (!load.watch(1000).done) assert.ok(Date.now() < until);
const outcomes = read(load.outcomes("all")).trim().split("\n").map((line) => JSON.parse(line));
assert.deepEqual(outcomes.map((one) => one.success), [true, false]);
assert.equal(outcomes[1].code, "INVALID_EMAIL_ADDRESS");

// poll: change events from the beginning
const config = JSON.stringify({ channels: ["/data/ContactChangeEvent"], replay: "earliest" });
const names = [];
for (let checkpoint; names.length < 3; ) {
  const batch = mediator.poll(connection, "events/subscribe", config, checkpoint, 5000);
  assert.ok(Date.now() < until);
  names.push(...batch.messages.map((event) => JSON.parse(event.body.val).payload.Name.LastName));
  checkpoint = batch.checkpoint;
}
assert.deepEqual(names, ["Node", "Typed", "Good"]);
console.log("jco: describe, connect, call, source, sink and poll; both interfaces");

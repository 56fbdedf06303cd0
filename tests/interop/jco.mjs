// The component in another host: jco makes a JavaScript module of it, which Node runs, with nothing of this project around it.
// Usage: node jco.mjs URL COMPONENT.wasm FOLDER. jco and preview2-shim are found in the folder that NODE_PATH names.
import assert from "node:assert/strict";
import { transpiled } from "./transpile.mjs";

const [url, component, folder] = process.argv.slice(2);
const { catalog, mediator } = await transpiled(component, folder);

const auth = { "client-credentials": { "client-id": "sandbox-client", "client-secret": "sandbox-secret" } };
const connection = JSON.stringify({ url, auth });
const text = (bytes) => new TextDecoder().decode(bytes);
const read = (source) => {
  let all = "";
  for (let chunk; (chunk = source.read(65536)) !== undefined; ) all += text(chunk);
  return all;
};

// describe and call
assert.equal(catalog.describe().name, "salesforce");
const call = (operation, config, input) => JSON.parse(text(mediator.call(connection, operation, JSON.stringify(config), input).body));
const input = { mediaType: "application/json", body: new TextEncoder().encode('{"LastName": "Node"}'), attributes: [] };
const created = call("records/create", { object: "Contact" }, input);
assert.equal(created.success, true);
assert.throws(() => call("query/query", { soql: "SELECT Nope FROM Account" }), (error) => error.payload.upstream[0].code === "INVALID_FIELD");

// source: three pages of the org
const rows = mediator.Source.open(connection, "query/rows", JSON.stringify({ soql: "SELECT Id FROM Account", format: "csv" }), undefined);
assert.equal(read(rows).trim().split("\n").length, 4001 + 1);

// sink: a bulk load with its outcomes
const load = mediator.Sink.open(connection, "bulk/load", JSON.stringify({ object: "Contact", operation: "insert" }), undefined);
load.write(new TextEncoder().encode("LastName,Email\nGood,\nBad,none\n"));
load.close();
const until = Date.now() + 60_000;
while (!load.watch(1000).done) assert.ok(Date.now() < until);
const outcomes = read(load.outcomes("all")).trim().split("\n").map((line) => JSON.parse(line));
assert.deepEqual(outcomes.map((one) => one.success), [true, false]);
assert.equal(outcomes[1].code, "INVALID_EMAIL_ADDRESS");

// poll: change events from the beginning
const config = JSON.stringify({ channels: ["/data/ContactChangeEvent"], replay: "earliest" });
const names = [];
for (let checkpoint; names.length < 2; ) {
  const batch = mediator.poll(connection, "events/subscribe", config, checkpoint, 5000);
  assert.ok(Date.now() < until);
  names.push(...batch.messages.map((event) => JSON.parse(text(event.body)).payload.Name.LastName));
  checkpoint = batch.checkpoint;
}
assert.deepEqual(names, ["Node", "Good"]);
console.log("jco: describe, call, source, sink and poll");

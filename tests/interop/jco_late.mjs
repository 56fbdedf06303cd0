// Creates whose answers come 12 seconds late, in Node by jco: each is sent once, and what is told of it is true.
// Usage: node jco_late.mjs URL COMPONENT.wasm FOLDER. The org answers the first two creates late, after it has acted on them.
import assert from "node:assert/strict";
import { transpiled } from "./transpile.mjs";

const [url, component, folder] = process.argv.slice(2);
const { connections, mediator } = await transpiled(component, folder);

const auth = { "client-credentials": { "client-id": "sandbox-client", "client-secret": "sandbox-secret" } };
const connect = (config) => connections.connect(JSON.stringify(config));
const patient = connect({ url, auth });
const hasty = connect({ url, auth, timeouts: { "first-byte-ms": 2000 } });
const record = (Name) => ({ mediaType: "application/json", body: { tag: "text", val: JSON.stringify({ Name }) } });
const call = (connection, operation, config, input) =>
  JSON.parse(mediator.call(connection, operation, JSON.stringify(config), input).body.val);
const count = (name) => call(patient, "query/query", { soql: `SELECT COUNT() FROM Account WHERE Name = '${name}'` }).totalSize;

// By default the answer is waited for.
const started = Date.now();
assert.equal(call(patient, "records/create", { object: "Account" }, record("Late")).success, true);
assert.ok(Date.now() - started >= 11_000, "the answer was not late");
assert.equal(count("Late"), 1);

// Who does not wait is told that it may have been applied, and it was, once.
assert.throws(
  () => call(hasty, "records/create", { object: "Account" }, record("Hasty")),
  ({ payload }) => payload.kind === "timeout" && payload.maybeApplied === true && payload.attempts === 1,
);
assert.equal(count("Hasty"), 1);
console.log("jco: late answers");

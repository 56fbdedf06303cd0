// jsforce against the sandbox: log in three ways, create, read, change, delete, query all pages, describe.
// Usage: node jsforce.mjs URL. jsforce is found by NODE_PATH or in a node_modules folder above the working directory.
import { createRequire } from "node:module";
import { join } from "node:path";
import assert from "node:assert/strict";

const jsforce = createRequire(join(process.cwd(), "x.js"))("jsforce"); // honours NODE_PATH, unlike import
const [url] = process.argv.slice(2);
const user = ["admin@sandbox.example", "sandbox-passwordTOKEN"];

const soap = new jsforce.Connection({ loginUrl: url, version: "62.0" });
await soap.login(...user);
assert.ok(soap.userInfo.id && soap.userInfo.organizationId);

const oauth2 = new jsforce.OAuth2({ loginUrl: url, clientId: "sandbox-client", clientSecret: "sandbox-secret", redirectUri: "http://localhost/callback" });
const conn = new jsforce.Connection({ oauth2, version: "62.0", instanceUrl: url });
await conn.login(...user);
assert.equal((await conn.identity()).username, user[0]);

const Account = conn.sobject("Account");
const created = await Account.create({ Name: "jsforce's \"Ltd\"", External_Id__c: "js 1" });
assert.ok(created.success && created.id.length === 18);
assert.equal((await Account.retrieve(created.id)).Name, "jsforce's \"Ltd\"");
assert.ok((await Account.update({ Id: created.id, Site: "here" })).success);
assert.ok((await Account.upsert({ External_Id__c: "js 1", Site: "there" }, "External_Id__c")).success);
const found = await conn.query("SELECT Id, Site FROM Account WHERE Name LIKE 'jsforce\\'s%'");
assert.deepEqual([found.totalSize, found.records[0].Site], [1, "there"]);
await assert.rejects(Account.create({ Site: "no name" }), { errorCode: "REQUIRED_FIELD_MISSING" });
await assert.rejects(conn.query("SELECT Nope FROM Account"), { errorCode: "INVALID_FIELD" });
assert.ok((await Account.destroy(created.id)).success);

const total = (await conn.query("SELECT COUNT() FROM Account")).totalSize;
const rows = await conn.query("SELECT Id, Name FROM Account").execute({ autoFetch: true, maxFetch: 1_000_000 });
assert.equal(rows.length ?? rows.records.length, total);
const described = await Account.describe();
assert.ok(described.fields.some((field) => field.name === "Name" && field.type === "string"));
assert.ok((await conn.describeGlobal()).sobjects.length > 5);
assert.ok((await conn.limits()).DailyApiRequests.Max > 0);
console.log(`jsforce ${jsforce.VERSION ?? ""}: ${total} rows read`);

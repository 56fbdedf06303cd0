// jsforce against the sandbox: every way to log in, and every namespace that the org offers; those it does not are
// refused as Salesforce refuses them.
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
const created = await Account.create({ Name: "jsforce's \"Ltd\"", External_Id__c: "js-1" });
assert.ok(created.success && created.id.length === 18);
assert.equal((await Account.retrieve(created.id)).Name, "jsforce's \"Ltd\"");
assert.ok((await Account.update({ Id: created.id, Site: "here" })).success);
assert.ok((await Account.upsert({ External_Id__c: "js-1", Site: "there" }, "External_Id__c")).success);
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

// The web server flow with PKCE; a token that ended is renewed by the refresh token.
const browser = new jsforce.OAuth2({ loginUrl: url, clientId: "sandbox-client", clientSecret: "sandbox-secret", redirectUri: "http://localhost/callback", useVerifier: true });
const sent = await fetch(browser.getAuthorizationUrl({ scope: "api refresh_token", state: "a b" }), { redirect: "manual" });
const callback = new URL(sent.headers.get("location"));
assert.equal(callback.searchParams.get("state"), "a b");
const web = new jsforce.Connection({ oauth2: browser, version: "62.0" });
await web.authorize(callback.searchParams.get("code"));
web.accessToken = "00D!ended";
assert.equal((await web.query("SELECT COUNT() FROM Account")).totalSize, total);
assert.notEqual(web.accessToken, "00D!ended");

// Many records at once: results in order, one failure among them; all or none; recursion above 200.
const many = await Account.create([{ Name: "m1", External_Id__c: "js-m1" }, {}, { Name: "m2", External_Id__c: "js-m2" }]);
assert.deepEqual(many.map((one) => one.success), [true, false, true]);
assert.equal(many[1].errors[0].statusCode, "REQUIRED_FIELD_MISSING");
const none = await Account.create([{ Name: "m3" }, {}], { allOrNone: true });
assert.equal(none[0].errors[0].statusCode, "ALL_OR_NONE_OPERATION_ROLLED_BACK");
const lots = await Account.create(Array.from({ length: 401 }, (_, n) => ({ Name: `lots ${n}` })), { allowRecursive: true });
assert.equal(lots.filter((one) => one.success).length, 401);
const upserted = await Account.upsert([{ External_Id__c: "js-m1", Site: "new" }, { External_Id__c: "js-m9", Name: "m9" }], "External_Id__c");
assert.deepEqual(upserted.map((one) => one.created), [false, true]);
const ids = [many[0].id, many[2].id];
assert.deepEqual((await Account.retrieve(ids)).map((one) => one.Name), ["m1", "m2"]);
assert.ok((await Account.update(ids.map((Id) => ({ Id, Site: "both" })))).every((one) => one.success));
const picked = await Account.find({ Name: { $like: "m%" }, Site: "both" }, "Id, Name, Owner.Name").sort({ Name: -1 }).limit(5).execute();
assert.deepEqual(picked.map((one) => one.Name), ["m2", "m1"]);
assert.ok(picked[0].Owner.Name);
assert.equal((await Account.find({ Name: { $like: "lots 1%" } }).update({ Site: "${Name}!" })).length, 111);
assert.equal((await Account.findOne({ Name: "lots 17" })).Site, "lots 17!");
assert.equal((await Account.find({ Name: { $like: "lots %" } }).destroy({ allowBulk: true, bulkThreshold: 100, bulkApiVersion: 2 })).length, 401);
const gone = await conn.query("SELECT Id FROM Account WHERE IsDeleted = true AND Name LIKE 'lots %'", { scanAll: true, maxFetch: 1_000, autoFetch: true });
assert.equal(gone.totalSize, 401);

// What lies around an object.
const soon = new Date(Date.now() + 60_000), lately = new Date(Date.now() - 3_600_000);
assert.ok((await Account.updated(lately, soon)).ids.includes(ids[0]));
assert.ok((await Account.deleted(lately, soon)).deletedRecords.length >= 401);
assert.ok((await Account.recent()).length > 0 && (await conn.recent()).length > 0);
assert.ok((await Account.layouts()).layouts.length > 0);
assert.ok((await Account.compactLayouts()).compactLayouts.length > 0);
const { listviews } = await Account.listviews();
assert.ok((await Account.listview(listviews[0].id).results()).columns.length > 0);
assert.ok((await conn.tabs()).length > 3 && (await conn.theme()).themeItems.length > 3);
assert.ok((await conn.search("FIND {m1} RETURNING Account(Id, Name)")).searchRecords.some((one) => one.Id === ids[0]));
assert.ok((await conn.query("SELECT Id FROM Account WHERE Name = 'm1'").explain()).plans.length > 0);
const [action] = (await Account.quickActions()).filter((one) => one.name.endsWith("CreateContact"));
assert.ok(action && (await Account.quickAction(action.name).execute(ids[0], { LastName: "Quick" })).success);
assert.ok((await conn.process.rule.list()).Account.length > 0 && (await conn.process.approval.list()).Opportunity.length > 0);

// Bulk API 1.0 and 2.0.
const first = await conn.bulk.load("Account", "insert", [{ Name: "b1", Site: "x" }, { Name: "", Site: "x" }, { Name: "b3", Site: "" }]);
assert.deepEqual(first.map((one) => one.success), [true, false, true]);
assert.equal((await (await conn.bulk.query("SELECT Id, Name FROM Account WHERE Name LIKE 'b_'")).toArray()).length, 2);
const second = await conn.bulk2.loadAndWaitForResults({ object: "Account", operation: "upsert", externalIdFieldName: "External_Id__c", input: [{ Name: "m1", External_Id__c: "js-m1" }, { Name: "b4", External_Id__c: "js-b4" }, { Name: "", External_Id__c: "js-b5" }] });
assert.deepEqual(second.successfulResults.map((one) => one.sf__Created), ["false", "true"]);
assert.match(second.failedResults[0].sf__Error, /^REQUIRED_FIELD_MISSING:/);
const read = await (await conn.bulk2.query("SELECT Id, Name FROM Account WHERE Name LIKE 'b_'")).toArray();
assert.deepEqual(read.map((one) => one.Name).sort(), ["b1", "b3", "b4"]);
await assert.rejects(conn.bulk2.query("SELECT Nope FROM Account"), { errorCode: "INVALID_FIELD" });

// Reports, composite calls, files, SOAP.
const [report] = await conn.analytics.reports();
const { factMap, reportMetadata } = await conn.analytics.report(report.id).execute({ details: true });
assert.ok(factMap["T!T"].rows && reportMetadata.id === report.id);
assert.deepEqual(await conn.analytics.dashboards(), []);
const { compositeResponse } = await conn.requestPost("/composite", { allOrNone: true, compositeRequest: [
    { method: "POST", url: "/services/data/v62.0/sobjects/Account", referenceId: "made", body: { Name: "composed" } },
    { method: "GET", url: "/services/data/v62.0/sobjects/Account/@{made.id}?fields=Name", referenceId: "read" },
] });
assert.deepEqual(compositeResponse.map((one) => one.httpStatusCode), [201, 200]);
const file = await conn.sobject("ContentVersion").create({ Title: "f", PathOnClient: "f.txt", VersionData: Buffer.from("hällo").toString("base64") });
let text = "";
for await (const chunk of conn.sobject("ContentVersion").record(file.id).blob("VersionData")) text += chunk;
assert.equal(text, "hällo");
const lead = await conn.sobject("Lead").create({ LastName: "L", Company: "Converted" });
const converted = await soap.soap.convertLead([{ convertedStatus: "Closed - Converted", leadId: lead.id }]);
assert.ok(converted[0].success && converted[0].opportunityId);
assert.equal((await soap.soap.getUserInfo()).userName, user[0]);
await Account.destroy(ids[1]);
assert.ok((await soap.soap.emptyRecycleBin([ids[1]]))[0].success);

// Changes, as they happen.
const listener = conn.streaming.createClient([]);
const change = await new Promise((resolve, reject) => {
    const subscription = listener.subscribe("/data/AccountChangeEvent", resolve);
    subscription.then(() => Account.create({ Name: "changed" }), reject);
});
assert.equal(change.payload.Name, "changed");
listener.disconnect();

// What the org does not offer.
await assert.rejects(async () => conn.chatter.resource("/users/me").retrieve(), { errorCode: "API_DISABLED_FOR_ORG" });
await assert.rejects(async () => conn.metadata.describe(), { errorCode: "sf:INSUFFICIENT_ACCESS" });
await assert.rejects(async () => conn.apex.get("/nothing/"), { errorCode: "NOT_FOUND" });
await conn.logout();
console.log(`jsforce ${jsforce.VERSION ?? ""}: ${total} rows read`);
process.exit(0); // else timers of long polls keep it

// Salesforce's own command line against the sandbox. Usage: node sf.mjs URL SF CLIENT_ID KEY_FILE, where SF is the `sf`
// command, and CLIENT_ID an app that trusts the certificate of the private key in KEY_FILE.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import assert from "node:assert/strict";

const [url, sf, client, key] = process.argv.slice(2);
const user = "admin@sandbox.example";
const home = mkdtempSync(join(tmpdir(), "sf-"));
const env = {
    ...process.env, HOME: home, USERPROFILE: home, SF_AUTOUPDATE_DISABLE: "true", SF_DISABLE_TELEMETRY: "true",
    SF_SKIP_NEW_VERSION_CHECK: "true", SF_USE_GENERIC_UNIX_KEYCHAIN: "true", SF_DISABLE_LOG_FILE: "true", SF_ORG_API_VERSION: "62.0",
};

/** What a command says with --json: its result, or what went wrong. */
async function say(...words) {
    const run = promisify(execFile)(sf, [...words, "--json"], { cwd: home, env, maxBuffer: 1 << 26 });
    const { stdout } = await run.catch((failed) => failed);
    return JSON.parse(stdout);
}

async function ok(...words) {
    const said = await say(...words);
    assert.equal(said.status, 0, `${words.join(" ")}: ${said.message}`);
    return said.result;
}

async function refused(words, code, message) {
    const said = await say(...words);
    assert.notEqual(said.status, 0, words.join(" "));
    assert.match(`${said.name} ${said.message}`, new RegExp(code), words.join(" "));
    if (message) assert.match(said.message, message);
}

const table = async (soql, ...more) => (await ok("data", "query", "--query", soql, ...more)).records;

try {
    // By JWT: the command asks for all that it keeps of an org.
    const jwt = ["org", "login", "jwt", "--client-id", client, "--jwt-key-file", key, "--username", user, "--instance-url", url];
    assert.equal((await ok(...jwt, "--alias", "sandbox", "--set-default")).username, user);
    assert.equal((await ok("org", "display")).connectedStatus, "Connected");
    assert.ok((await ok("org", "list", "limits")).some((limit) => limit.name === "DailyApiRequests" && limit.max > 0));
    assert.match((await ok("org", "open", "--url-only")).url, /\/secur\/frontdoor\.jsp\?otp=/);

    // Records one by one, and tables of them.
    const made = await ok("data", "create", "record", "--sobject", "Account", "--values", "Name='By sf' External_Id__c=sf-1");
    const by = ["--sobject", "Account", "--where", "External_Id__c=sf-1"];
    assert.equal((await ok("data", "get", "record", ...by)).Id, made.id);
    await ok("data", "update", "record", ...by, "--values", "Site=here");
    const [read] = await table("SELECT Id, Site, Owner.Name, (SELECT LastName FROM Contacts) FROM Account WHERE External_Id__c = 'sf-1'");
    assert.deepEqual([read.Site, read.Contacts], ["here", null]);
    const shown = await promisify(execFile)(sf, ["data", "query", "--result-format", "csv", "--query", "SELECT Name, COUNT(Id) FROM Account WHERE Name = 'By sf' GROUP BY Name"], { cwd: home, env }).catch((failed) => failed);
    assert.match(shown.stdout, /^By sf,1$/m, shown.stderr);
    const all = await table("SELECT Id FROM Account");
    assert.ok(all.length >= 4001, "all pages");
    await ok("data", "delete", "record", ...by);
    assert.equal((await table("SELECT Id FROM Account WHERE External_Id__c = 'sf-1'", "--all-rows")).length, 1);
    await refused(["data", "query", "--query", "SELECT Nope FROM Account"], "INVALID_FIELD", /No such column 'Nope'/);
    await refused(["data", "create", "record", "--sobject", "Account", "--values", "Site=x"], "REQUIRED_FIELD_MISSING");

    // Trees, there and back.
    writeFileSync(join(home, "tree.json"), JSON.stringify({ records: [{ attributes: { type: "Account", referenceId: "a" }, Name: "Tree", Contacts: { records: [{ attributes: { type: "Contact", referenceId: "c" }, LastName: "Leaf" }] } }] }));
    assert.equal((await ok("data", "import", "tree", "--files", "tree.json")).length, 2);
    await ok("data", "export", "tree", "--query", "SELECT Name, (SELECT LastName FROM Contacts) FROM Account WHERE Name = 'Tree'", "--output-dir", "out", "--plan");
    assert.equal((await ok("data", "import", "tree", "--plan", join("out", "Account-Contact-plan.json"))).length, 2);

    // Bulk API 2.0.
    const file = (name, text) => (writeFileSync(join(home, name), text), name);
    const wait = ["--wait", "2"], account = ["--sobject", "Account"];
    const inserted = await ok("data", "import", "bulk", ...account, "--file", file("in.csv", "Name,External_Id__c\nB1,sf-b1\nB2,sf-b2\n"), ...wait);
    assert.deepEqual([inserted.processedRecords, inserted.failedRecords], [2, 0]);
    const upserted = await ok("data", "upsert", "bulk", ...account, "--external-id", "External_Id__c", "--file", file("up.csv", "Name,External_Id__c\nB2 new,sf-b2\nB3,sf-b3\n"), ...wait);
    assert.equal(upserted.jobInfo.numberRecordsProcessed, 2);
    await ok("data", "export", "bulk", "--query", "SELECT Id FROM Account WHERE External_Id__c LIKE 'sf-b%'", "--output-file", "ids.csv", ...wait);
    const ids = readFileSync(join(home, "ids.csv"), "utf8");
    assert.equal(ids.trim().split("\n").length, 4);
    await ok("data", "delete", "bulk", ...account, "--file", "ids.csv", ...wait);
    assert.equal((await table("SELECT Id FROM Account WHERE External_Id__c LIKE 'sf-b%'")).length, 0);
    const [tree] = await table("SELECT Id FROM Account WHERE Name = 'Tree' LIMIT 1");
    assert.ok((await ok("data", "create", "file", "--file", "in.csv", "--parent-id", tree.Id)).ContentDocumentId);

    // What the org knows and what it does not offer.
    assert.equal((await ok("sobject", "describe", "--sobject", "Account")).keyPrefix, "001");
    assert.ok((await ok("sobject", "list", "--sobject", "custom")).includes("Shipment__c"));
    assert.equal((await ok("data", "search", "--query", "FIND {Tree} RETURNING Account(Id)")).searchRecords.length, 2);
    await refused(["org", "list", "metadata-types"], "INSUFFICIENT_ACCESS", /requires a user with the ModifyAllData or ModifyMetadata/);
    console.log(`sf: ${all.length} rows read`);
} finally {
    rmSync(home, { recursive: true, force: true });
}

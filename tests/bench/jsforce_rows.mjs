// Reads all Accounts with jsforce, record by record, and writes them as NDJSON: what `mediate read query/rows` does.
import { createRequire } from "node:module";
import { createWriteStream } from "node:fs";
import { join } from "node:path";

const jsforce = createRequire(join(process.cwd(), "x.js"))("jsforce"); // honours NODE_PATH, unlike import
const [url, token, soql, path] = process.argv.slice(2);
const conn = new jsforce.Connection({ instanceUrl: url, accessToken: token, version: "62.0" });
const out = createWriteStream(path);
let rows = 0;
await new Promise((resolve, reject) => {
  const query = conn.query(soql);
  query.on("record", (record) => {
    delete record.attributes;
    out.write(JSON.stringify(record) + "\n");
    rows += 1;
  });
  query.on("end", resolve);
  query.on("error", reject);
  query.run({ autoFetch: true, maxFetch: 100_000_000 });
});
await new Promise((resolve) => out.end(resolve));
console.log(rows);

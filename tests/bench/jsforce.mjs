// Loads a CSV or extracts a query with jsforce through Bulk API 2.0, or reads rows by REST: what `mediate write bulk/load`,
// `mediate read bulk/extract` and `mediate read query/rows` do.
import { createRequire } from "node:module";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { join } from "node:path";

const jsforce = createRequire(join(process.cwd(), "x.js"))("jsforce"); // honours NODE_PATH, unlike import
const [what, url, token, given, path] = process.argv.slice(2);
const conn = new jsforce.Connection({ instanceUrl: url, accessToken: token, version: "62.0" });
conn.bulk2.pollInterval = 200;
conn.bulk2.pollTimeout = 600_000;
if (what === "load") {
  const job = conn.bulk2.createJob({ object: "Contact", operation: "insert" });
  await job.open();
  await job.uploadData(createReadStream(given));
  await job.close();
  await job.poll(200, 600_000);
  const results = await job.getAllResults();
  const out = createWriteStream(path);
  for (const row of results.successfulResults) out.write(JSON.stringify(row) + "\n");
  await new Promise((resolve) => out.end(resolve));
} else if (what === "rows") {
  const out = createWriteStream(path);
  await new Promise((resolve, reject) => {
    const query = conn.query(given);
    query.on("record", (record) => {
      delete record.attributes;
      out.write(JSON.stringify(record) + "\n");
    });
    query.on("end", resolve);
    query.on("error", reject);
    query.run({ autoFetch: true, maxFetch: 100_000_000 });
  });
  await new Promise((resolve) => out.end(resolve));
} else {
  const records = await conn.bulk2.query(given, { pollInterval: 200, pollTimeout: 600_000 });
  await pipeline(records.stream("csv"), createWriteStream(path));
}

// Makes a JavaScript module of a component with jco, and imports it. jco and preview2-shim are found in the folder that NODE_PATH names.
import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";

export async function transpiled(component, folder) {
  const places = (process.env.NODE_PATH ?? "").split(delimiter);
  const modules = places.find((path) => existsSync(join(path, ".bin", "jco")));
  if (modules === undefined) throw new Error("jco is not in NODE_PATH: see tests/interop/README.md");
  execFileSync(join(modules, ".bin", "jco"), ["transpile", component, "--name", "connector", "-o", folder, "--quiet"]);
  symlinkSync(modules, join(folder, "node_modules"));
  return import(pathToFileURL(join(folder, "connector.js")));
}
